import JobModel
import Postgres

/// Makes a throw-away cluster, asks it something, and stops it: whether a proof could begin on this machine.
struct ClusterTrial: Sendable {
    let context: OperationContext
    /// The oldest major that is good enough; nil for whatever is there.
    let major: Int?

    /// Never throws but on cancellation: what fails is a finding.
    func run() async throws -> CheckFinding {
        let subject = "throw-away cluster"
        do {
            let programs = try await context.tools.serverPrograms(atLeast: major ?? 0)
            let options = ThrowAwayClusterOptions(
                parentFolder: context.temporaryDirectory, runID: "\(context.runID)")
            let applicationName = context.applicationName
            let version = try await ThrowAwayCluster.with(programs, options) { cluster in
                let session = try await Session.open(cluster.connectionInfo, applicationName: applicationName)
                do {
                    let version = try await session.query("SHOW server_version").onlyRow().string("server_version")
                    await session.close()
                    return version
                } catch {
                    await session.close()
                    throw error
                }
            }
            return .good(subject, "PostgreSQL \(version) was made, asked and stopped in \(context.temporaryDirectory)")
        } catch let error as CancellationError {
            throw error
        } catch {
            return .fault(subject, error)
        }
    }
}
