import Foundation
import JobModel
import ObjectStorage

/// A lease as one object that is only ever written under a condition: made where there is none, renewed and taken
/// over where it is still the one that was seen.
struct ConditionalLease: Sendable {
    private let object: LeaseObject
    private var holder: LeaseHolder
    private var version: ObjectVersion

    private static let attempts = 4

    /// Nil where the store knows no conditional writes; with it, when the write that took the lease was begun.
    static func acquire(
        _ object: LeaseObject, as holder: LeaseHolder
    ) async throws -> (ConditionalLease, ContinuousClock.Instant)? {
        var holder = holder
        var condition = WriteCondition.absent
        for _ in 0..<attempts {
            let begunAt = ContinuousClock.now
            switch try await object.store.write(holder.nextContent(), to: object.key, if: condition) {
            case .written(let version):
                return (ConditionalLease(object: object, holder: holder, version: version), begunAt)
            case .unsupported: return nil
            case .refused: condition = try await nextCondition(object)
            }
        }
        throw object.held(by: "runs that come and go")
    }

    private init(object: LeaseObject, holder: LeaseHolder, version: ObjectVersion) {
        self.object = object
        self.holder = holder
        self.version = version
    }

    /// What to try after a refusal. Throws where somebody has the lease and it has not ended.
    private static func nextCondition(_ object: LeaseObject) async throws -> WriteCondition {
        guard let current = try await object.store.current(object.key) else { return .absent }
        let now = try await StoreClock(store: object.store).now(beside: object.key)
        guard object.hasEnded(ageInSeconds: now.timeIntervalSince(current.modifiedAt)) else {
            throw object.held(by: LeaseHolder.description(of: current.bytes))
        }
        return .unchanged(current.version)
    }

    /// False where it is another's now.
    mutating func renew() async throws -> Bool {
        switch try await object.store.write(holder.nextContent(), to: object.key, if: .unchanged(version)) {
        case .written(let version):
            self.version = version
            return true
        case .refused, .unsupported: return false
        }
    }
}
