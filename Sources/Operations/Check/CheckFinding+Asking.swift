import JobModel
import Postgres

extension CheckFinding {
    /// What `ask` finds by a session that `open` makes for it and that is closed afterwards. What fails is a finding of
    /// `subject`; throws on cancellation only.
    nonisolated(nonsending) static func asking(
        _ subject: String, by open: nonisolated(nonsending) () async throws -> Session,
        _ ask: nonisolated(nonsending) (Session) async throws -> [CheckFinding]
    ) async throws -> [CheckFinding] {
        do {
            return try await (try await open()).closing(ask)
        } catch let error as CancellationError {
            throw error
        } catch {
            return [.fault(subject, error)]
        }
    }
}
