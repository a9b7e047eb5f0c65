import ArgumentParser
import JobModel
import Operations
import Postgres

/// `dbops backup now --all-databases`: every database of a server, without a job file; one after the other.
struct AllDatabasesBackup {
    let server: ConnectionInfo
    let selection: DatabaseSelection
    let destinations: [BackupDestination]
    /// The folder's first part; nil for the databases' names alone.
    let name: String?
    let settings: BackupSettings
    let assembly: Assembly
    let pgBin: String?
    let global: GlobalOptions

    func run(dryRun: Bool) async throws {
        let context = assembly.context(toolsIn: pgBin)
        let roll = DatabaseRoll(
            of: try await ServerDatabase.all(on: server, context: context), selecting: selection)
        for note in roll.notes { StandardError.write("Note: \(note)") }
        for refusal in roll.refusals { StandardError.write("\(refusal.database): \(refusal.reason)") }
        var failures: [any Error] = []
        var isPartial = !roll.refusals.isEmpty
        for database in roll.databases {
            do {
                isPartial = try await backUp(database, context, dryRun: dryRun) == .partial || isPartial
            } catch {
                if error is CancellationError || Task.isCancelled { throw error }
                assembly.progress.finish()
                StandardError.write("\(database): \(ErrorRendering.text(of: error))")
                failures.append(error)
            }
        }
        if let first = failures.first, failures.count == roll.databases.count { throw first }
        guard !roll.databases.isEmpty else {
            throw ValidationError("The server has no database for --all-databases that is not excluded.")
        }
        if isPartial || !failures.isEmpty { throw ArgumentParser.ExitCode(ExitCode.partial.rawValue) }
    }

    private func backUp(_ database: String, _ context: OperationContext, dryRun: Bool) async throws -> RunOutcome {
        let operation = BackupOperation(
            context: context, connection: server.with(database: database), destinations: destinations,
            job: name.map { BackupSeries(job: $0, database: database).text }, settings: settings)
        if dryRun {
            let preview = try await operation.preview()
            assembly.progress.finish()
            try BackupRendering.print(preview, json: global.json)
            return .succeeded
        }
        let report = try await operation.execute()
        assembly.progress.finish()
        try BackupRendering.print(report, json: global.json, quiet: global.quiet)
        return report.outcome
    }
}
