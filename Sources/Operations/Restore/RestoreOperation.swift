import Archive
import JobModel
import ObjectStorage
import Postgres

/// Restores a backup, or a part of it, for real.
package struct RestoreOperation: Sendable {
    private let context: OperationContext
    private let source: BackupSource
    private let request: RestoreRequest
    private let warnings: Warnings
    /// Is told when a replacement has come to a point at which it may break off. Default: nobody is.
    var reached: @Sendable (IntoReplacement.Step) async throws -> Void = { _ in }

    package init(context: OperationContext, source: BackupSource, request: RestoreRequest) {
        self.context = context
        self.source = source
        self.request = request
        warnings = Warnings(reporter: context.reporter)
    }

    /// Throws where the restore did not come to its end. What was made for it is dropped again: a database, or the
    /// tables of a part; only a database that was there, empty, and is given all of a backup keeps what was loaded.
    package func execute() async throws -> RestoreReport {
        try await context.logged("restore", on: source.url) { try await locating { try await restore() } }
    }

    /// What ``execute()`` would do, and what would keep it from that. Touches nothing.
    package func plan() async throws -> RestorePlan {
        try await locating { try await RestorePlanner(ground: survey()).plan() }
    }

    private func locating<Result>(_ work: () async throws -> Result) async throws -> Result {
        do {
            return try await work()
        } catch {
            throw source.located(error)
        }
    }

    private func survey() async throws -> RestoreGround {
        try await RestoreGround.survey(source, for: request, context, warnings)
    }

    private func restore() async throws -> RestoreReport {
        let total = Stopwatch()
        let ground = try await survey()
        let done =
            switch request.destination {
            case .existing where request.selection.isEmpty: try await IntoEmpty(ground: ground).run()
            case .existing: try await IntoInhabited(ground: ground).run()
            case .new: try await IntoNew(ground: ground).run()
            case .replacing(let name, let disconnects):
                try await IntoReplacement(ground: ground, name: name, disconnects: disconnects, reached: reached).run()
            }
        return report(done, seconds: total.seconds)
    }

    private func report(_ done: RestoreGround.Done, seconds: Double) -> RestoreReport {
        RestoreReport(
            outcome: done.refused == 0 ? .succeeded : .partial, url: source.url, target: request.displayText,
            manifest: done.part.manifest, roles: done.roles.map(\.text),
            seconds: .init(
                definitions: done.timings.definitions, data: done.timings.data, indexes: done.timings.indexes,
                total: seconds),
            alongside: done.part.selection?.alongside.map(\.kindAndName) ?? [],
            leftOut: done.leftOut.map(RestoreReport.LeftOut.init), checks: done.checks, replaced: done.replaced,
            warnings: warnings.all)
    }
}
