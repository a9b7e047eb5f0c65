import JobModel
import Postgres

extension AdviceGap {
    /// Why a check could not be made, in words. Throws what ends the whole run: cancellation, a lost connection.
    static func reason(of error: any Error, timeout: Duration) throws -> String {
        switch error {
        case let gap as AdviceGap: return gap.reason
        case let error as PostgresError:
            guard case .statement(let failure) = error else { throw error }
            return reason(of: failure, timeout)
        default: throw error
        }
    }

    private static func reason(of failure: StatementFailure, _ timeout: Duration) -> String {
        switch failure.sqlState {
        case .queryCanceled: "it took longer than \(Quantities.seconds(Double(timeout.components.seconds)))"
        case .lockNotAvailable: "somebody else holds a lock that it needs"
        case .insufficientPrivilege: "this role may not: \(failure.message)"
        default: "\(failure.message) (SQLSTATE \(failure.sqlState))"
        }
    }
}
