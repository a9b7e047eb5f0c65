import Foundation
import JobModel
import ObjectStorage
import Operations

/// `JOB@latest`, or `JOB/DATABASE@latest`: the newest backup of a job, or of one database of a job of several.
enum NewestBackup {
    /// The series that `text` names; nil where it is something else. A path may hold an @ as well: one that is there is
    /// a path.
    static func series(in text: String) -> BackupSeries? {
        let suffix = "@latest"
        guard text.hasSuffix(suffix) else { return nil }
        let series = BackupSeries(String(text.dropLast(suffix.count)))
        guard !series.text.isEmpty else { return nil }
        guard series.text.utf8.contains(UInt8(ascii: "/")) else { return series }
        let isJob = series.job.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*/) != nil
        return series.database != nil && isJob && !FileManager.default.fileExists(atPath: text) ? series : nil
    }

    /// Opens it in `store`. Throws ``AmbiguousBackupError`` where the job has backups of databases and none of this series;
    /// where the job is known to be one of several databases its name alone is always ambiguous, also where backups are
    /// left of a time when it had one.
    static func open(
        _ series: BackupSeries, isOfSeveral: Bool, in store: any ObjectStore
    ) async throws -> BackupSource {
        do {
            let isName = !isOfSeveral || series.database != nil
            if isName, let source = try await BackupCatalog(store: store).newest(of: series.text) { return source }
            let databases = try await SeriesOfJob.all(of: series.job, in: store).filter { $0.database != nil }
            guard databases.isEmpty else {
                throw AmbiguousBackupError(series: series, store: store.location.url, known: databases.map(\.text))
            }
            throw JobError.noBackup(job: series.text, store: store.location.url)
        } catch {
            throw JobError.explaining(error, job: series.text, in: store)
        }
    }
}

/// A job backs up several databases, and none of them, or none that is there, was named.
struct AmbiguousBackupError: UserFacingError {
    let series: BackupSeries
    let store: String
    let known: [String]

    var message: String {
        guard series.database != nil else {
            return "the job \(series.job) backs up several databases: \"\(series.text)@latest\" does not say which"
        }
        return "\(store) holds no backup of \(series.text)"
    }

    var hint: String? {
        let names = known.map { "\($0)@latest" }
        let nearest = series.database.flatMap { _ in NearestName.nearest(to: series.text, among: known) }
        if let nearest { return "Did you mean \(nearest)@latest?" }
        let more = names.count > 10 ? ", … (\(names.count) in all: dbops list \(series.job))" : ""
        return "Name one: \(names.prefix(10).joined(separator: ", "))\(more)."
    }

    var category: FailureCategory { series.database == nil ? .usage : .unavailable }
}
