import JobModel
import Logging
import Postgres

/// Remembers how large the indexes of a restored copy are: built from nothing, they are as small as they can be.
struct RestoredIndexSizes: Sendable {
    let memory: any JobMemory
    /// The database's name in the job file.
    let database: String
    let context: OperationContext

    /// What cannot be asked or remembered costs knowledge only.
    func note(of copy: ConnectionInfo) async {
        do {
            let session = try await Session.openDirect(
                copy, applicationName: "dbops/maintain \(context.runID)", lockTimeout: MaintainSettings.lockTimeout,
                statementTimeout: .seconds(60))
            let indexes = try? await IndexFacts.gather(on: session)
            await session.close()
            var baselines = await IndexBaselines.recall(database, from: memory)
            baselines.note(indexes ?? [], as: .restored)
            await baselines.remember(database, in: memory)
        } catch {
            context.logger.info(
                "The indexes of the restored copy could not be measured", metadata: ["error": "\(error)"])
        }
    }
}
