import JobModel
import Postgres

extension AdviceGap {
    /// Why a check could not be made, in words. Throws what ends the whole run: cancellation, a lost connection.
    static func reason(of error: any Error) throws -> String {
        switch error {
        case let gap as AdviceGap: return gap.reason
        case let error as PostgresError:
            guard case .statement(let failure) = error else { throw error }
            return reason(of: failure)
        default: throw error
        }
    }

    private static func reason(of failure: StatementFailure) -> String {
        switch failure.sqlState {
        case .queryCanceled: "it took longer than 3 s"
        case .lockNotAvailable: "somebody else holds a lock that it needs"
        case .insufficientPrivilege: "this role may not: \(failure.message)"
        default: "\(failure.message) (SQLSTATE \(failure.sqlState))"
        }
    }
}
