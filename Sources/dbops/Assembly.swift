import ArgumentParser
import Foundation
import JobModel
import Logging
import ObjectStorage
import Operations
import Postgres

/// Puts concrete things together for a command: the only place that knows clocks, directories and environments.
struct Assembly {
    let global: GlobalOptions
    let progress: ProgressDisplay
    let environment = ProcessEnvironment.all
    /// A daemon's log is what people read of it; a command's words are its output.
    private let isDaemon: Bool

    init(_ global: GlobalOptions, isDaemon: Bool = false) {
        self.global = global
        self.isDaemon = isDaemon
        progress = ProgressDisplay(style: global.progressStyle, isVerbose: global.verbose)
    }

    var currentDirectory: String { FileManager.default.currentDirectoryPath }

    /// Reads job files; `option` is that of `--config`.
    func jobFile(_ option: JobFileOption) -> JobFileLoader {
        JobFileLoader(
            search: JobFileSearch(option: option.config, environment: environment, currentDirectory: currentDirectory))
    }

    /// Opens what the job file names.
    var targets: TargetOpener {
        TargetOpener(secrets: secrets, stores: StoreOpener(environment: environment))
    }

    /// Fetches what the job file names and does not hold.
    var secrets: SecretReader { SecretReader(environment: environment) }

    /// `reporter` is told of the work's steps. Default: the progress display.
    func context(toolsIn directory: String?, reporter: (any ProgressReporter)? = nil) -> OperationContext {
        context(newRunID(), toolsIn: directory, reporter: reporter ?? progress)
    }

    func newRunID() -> RunID {
        var generator = SystemRandomNumberGenerator()
        return RunID(using: &generator)
    }

    func context(_ runID: RunID, toolsIn directory: String?, reporter: any ProgressReporter) -> OperationContext {
        OperationContext(
            runID: runID, clock: SystemWallClock(),
            tools: ClientTools(binFolder: directory, environment: environment),
            reporter: reporter, logger: logger(runID), version: Version.text,
            hostName: ProcessInfo.processInfo.hostName, temporaryDirectory: temporaryDirectory)
    }

    func store(_ text: String, _ options: StoreOptions) throws -> any ObjectStore {
        try open(try StoreLocation(parsing: text, currentDirectory: currentDirectory), options)
    }

    /// A store as a command names it: one of the job file's, by its name there, or an URL or path.
    func store(_ text: String, _ option: JobFileOption, _ options: StoreOptions) throws -> any ObjectStore {
        guard !text.contains("/"), let loaded = try jobFile(option).loadIfThere() else {
            return try store(text, options)
        }
        guard let target = loaded.configuration.store(named: text) else {
            throw UnknownStoreError(name: text, path: loaded.path, known: loaded.configuration.stores.map(\.name))
        }
        return try targets.store(target)
    }

    /// The stores of one backup. Throws where one is named twice.
    func destinations(_ texts: [String], _ options: StoreOptions) throws -> [BackupDestination] {
        let stores = try texts.map { try store($0, options) }
        guard Set(stores.map(\.location)).count == stores.count else {
            throw ValidationError("--to names the same store twice")
        }
        return stores.map { BackupDestination(name: $0.location.url, store: $0) }
    }

    func open(_ location: StoreLocation, _ options: StoreOptions) throws -> any ObjectStore {
        try StoreOpener(environment: environment).open(options.apply(to: location))
    }

    /// Opens the backup that `text` names: an URL, a path, or an id in `storeText`.
    func backup(_ text: String, in storeText: String?, _ options: StoreOptions) async throws -> BackupSource {
        switch try BackupReference(parsing: text, currentDirectory: currentDirectory) {
        case .folder(let location, let folder):
            if case .directory(let path) = location, isFile("\(path)/\(folder)") {
                throw ForeignDumpError(path: "\(path)/\(folder)")
            }
            guard let key = ObjectKey(validating: folder) else {
                throw StoreLocationError(message: "\"\(text)\" names no backup", hint: "See dbops list --store URL.")
            }
            return try await BackupSource.open(key, in: try open(location, options))
        case .id(let id):
            guard let storeText else { throw MissingStoreError(id: id.description) }
            let store = try store(storeText, options)
            guard let folder = try await BackupCatalog(store: store).folder(of: id) else {
                throw StorageError.notFound(object: "the backup \(id)", store: store.location.url)
            }
            return try await BackupSource.open(folder, in: store)
        }
    }

    private func isFile(_ path: String) -> Bool {
        var isFolder = false as ObjCBool
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    private var temporaryDirectory: String { environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp" }

    private func logger(_ runID: RunID) -> Logger {
        var logger = logger(isDaemon ? .notice : .critical)
        logger[metadataKey: "run.id"] = "\(runID)"
        return logger
    }

    /// On standard error, from `level` on; with `--verbose` everything, and as a daemon's log.
    func logger(_ level: Logger.Level) -> Logger {
        let isLog = isDaemon || global.verbose
        var logger = Logger(label: "dbops") { label in
            guard !isLog else { return StreamLogHandler.standardError(label: label) }
            return PlainLogHandler { StandardError.write($0) }
        }
        logger.logLevel = global.verbose ? .debug : level
        return logger
    }
}

/// A file is no backup of dbops: those are folders.
struct ForeignDumpError: UserFacingError {
    let path: String
    var message: String { "\(path) is a file, not the folder of a backup" }
    var hint: String? {
        "A dump of pg_dump can be proven (dbops restore --verify); to restore it for real use pg_restore or psql."
    }
    var category: FailureCategory { .unavailable }
}

/// The job file has no store of this name.
struct UnknownStoreError: UserFacingError {
    let name: String
    let path: String
    let known: [String]
    var message: String { "the job file \(path) has no store \"\(name)\"" }
    var hint: String? {
        let names = known.isEmpty ? "It has none" : "It has \(known.joined(separator: ", "))"
        return "\(names); a directory here is written ./\(name)."
    }
    var category: FailureCategory { .usage }
}

/// An id alone does not say where the backup is.
struct MissingStoreError: UserFacingError {
    let id: String
    var message: String { "\(id) names a backup, but not its store" }
    var hint: String? { "Add --store URL, or name the backup by its URL." }
    var category: FailureCategory { .usage }
}
