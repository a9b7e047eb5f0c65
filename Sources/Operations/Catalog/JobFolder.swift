import Archive
import JobModel
import ObjectStorage

/// What one listing of a job in a store shows of one backup, and what its manifest, evidence and marks say.
struct JobFolder: Sendable {
    enum Contents: Sendable {
        /// No manifest: no backup.
        case unfinished
        case backup(BackupDigest)
        /// Its manifest is damaged, or newer than this dbops.
        case unreadable(reason: String)
    }

    static let manifestName = Manifest.objectName

    let name: BackupName
    /// The backup's own objects, the manifest among them.
    var objects: [ObjectInfo] = []
    var evidence: [ObjectInfo] = []
    var marks: [ObjectInfo] = []
    var contents = Contents.unfinished
    /// What the newest verification of this very manifest said, by the evidence beside it.
    var proof = RetentionFacts.Proof.none
    var standing = BackupMarks.Standing()

    init(name: BackupName) {
        self.name = name
    }

    var key: ObjectKey { ObjectKey(name.folder) }
    var manifest: ObjectKey { key.appending(Self.manifestName) }
    var heartbeat: ObjectInfo? { objects.first { $0.key == key.appending(HeartbeatObject.name) } }
    var hasManifest: Bool { objects.contains { $0.key == manifest } }
}

/// What retention needs of a manifest, and no more: a job may have hundreds.
struct BackupDigest: Sendable, Equatable {
    /// Of the manifest's bytes.
    let sha256: String
    let job: String
    let database: ServerText
    let systemIdentifier: String
    let size: BackupSize
    /// Why the listed objects are not those of the manifest; nil where they are.
    let fault: String?

    /// Whether the manifest says that it is of this series, and that it holds the database that the series is of. Byte by
    /// byte: names that only look alike are other names.
    func isOf(_ series: BackupSeries) -> Bool {
        guard BackupSeries(job) == series else { return false }
        return series.database.map { ServerText($0) == database } ?? true
    }

    /// What it says of itself, for people.
    var series: String {
        BackupSeries(job).database.map { ServerText($0) == database } ?? true ? job : "\(job), database \(database)"
    }

    init(_ source: BackupSource, listed: [ObjectInfo]) {
        let manifest = source.manifest
        sha256 = source.manifestSHA256
        job = manifest.job
        database = manifest.database
        systemIdentifier = manifest.server.systemIdentifier
        size = manifest.size
        let sizes = Dictionary(listed.map { ($0.key, $0.sizeInBytes) }) { first, _ in first }
        fault =
            manifest.objects.lazy.compactMap { object -> String? in
                guard let size = ObjectKey(validating: "\(source.folder)/\(object.name)").flatMap({ sizes[$0] }) else {
                    return "\(object.name) is missing"
                }
                return size == Int64(object.size) ? nil : "\(object.name) has \(size) bytes instead of \(object.size)"
            }.first
    }
}
