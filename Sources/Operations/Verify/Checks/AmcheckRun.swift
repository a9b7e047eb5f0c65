import JobModel
import Postgres

/// Reads all heap and all B-tree indexes of restored databases by stock pg_amcheck: a heap that holds what no server wrote,
/// an index that lacks rows or has them out of order.
struct AmcheckRun: Sendable {
    static let name = "amcheck"

    let context: OperationContext
    let databases: [RestoredDatabase]
    let jobs: Int
    let warnings: Warnings

    /// What cannot be had here makes the check skipped, unless another database has shown a fault, and a warning of it; a
    /// program that breaks off is thrown.
    func run() async throws -> VerificationCheck {
        var readings: [AmcheckReading] = []
        for database in databases {
            switch try await AmcheckPass(context: context, database: database, jobs: jobs).run() {
            case .failure(let obstacle):
                warnings.add("amcheck was asked for, and not made: \(obstacle.text)")
                guard readings.contains(where: \.hasFindings) else {
                    return .skipped(Self.name, because: obstacle.text)
                }
            case .success(let reading): readings.append(reading)
            }
        }
        guard !readings.isEmpty else { return .skipped(Self.name, because: "there is no database with anything in it") }
        return AmcheckReading.check(readings)
    }
}
