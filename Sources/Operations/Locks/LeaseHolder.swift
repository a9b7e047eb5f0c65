import Foundation
import JobModel

/// Who has a lease: the content of its object, for those who find it.
struct LeaseHolder: Codable, Sendable {
    let runID: String
    let host: String
    let process: Int32
    /// By the holder's clock, for people only.
    let takenAt: CivilTime
    /// Tells two writes of one holder apart.
    private var writing = 0

    private enum CodingKeys: String, CodingKey {
        case runID = "run_id"
        case host, process
        case takenAt = "taken_at"
        case writing
    }

    init(context: OperationContext) {
        runID = context.runID.description
        host = context.hostName
        process = ProcessInfo.processInfo.processIdentifier
        takenAt = CivilTime(context.clock.now)
    }

    /// The content of the next write: never the same twice.
    mutating func nextContent() throws -> [UInt8] {
        writing += 1
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return Array(try encoder.encode(self))
    }

    /// Who stands in the object, for people.
    static func description(of content: [UInt8]) -> String {
        guard let holder = try? JSONDecoder().decode(LeaseHolder.self, from: Data(content)) else {
            return "an unknown run"
        }
        return "run \(holder.runID) on \(holder.host) (process \(holder.process), since \(holder.takenAt.text))"
    }
}
