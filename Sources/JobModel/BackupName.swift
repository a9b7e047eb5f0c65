/// Where a backup's objects stand below a store's root. This type alone writes and parses these names.
///
/// ```
/// <job>/<backup id>/…             the backup
/// <job>/<backup id>.evidence/…    its verifications
/// <job>/<backup id>.marks/…       what was said of it afterwards: pinned, accepted, …
/// <job>/.lease-<purpose>…         who works on the job's backups at this moment
/// ```
/// The job's segment is that of its ``BackupSeries``: percent-encoded, so a database called `a b` stays one segment;
/// a database of a job that backs up several stands in `<job>=<database>`.
package struct BackupName: Hashable, Sendable {
    /// The text of the ``BackupSeries``: the job, `JOB/DATABASE`, or the database's name where there is no job.
    package let job: String
    package let id: BackupID

    package init(job: String, id: BackupID) {
        self.job = job
        self.id = id
    }

    /// Nil where the two segments are not those of a backup. What cannot be parsed is never deleted.
    package init?(jobSegment: String, idSegment: String) {
        guard let id = BackupID(idSegment), let series = BackupSeries(folder: jobSegment) else { return nil }
        self.init(job: series.text, id: id)
    }

    /// `<job>/<backup id>`, without a slash at the end.
    package var folder: String { "\(Self.folder(ofJob: job))/\(id)" }

    /// `<job>/<backup id>.evidence`, without a slash at the end.
    package var evidenceFolder: String { folder + Self.evidenceSuffix }

    package static let evidenceSuffix = ".evidence"
    /// Of the folder that holds a ``BackupMark`` each as an object.
    package static let marksSuffix = ".marks"

    /// The folder of all backups of a job, without a slash at the end.
    package static func folder(ofJob job: String) -> String { BackupSeries(job).folder }

    /// What the folders directly below a job hold of a backup.
    package enum Part: Sendable {
        case backup
        case evidence
        case marks
    }

    /// Nil for a name that is none of ours.
    package static func part(ofSegment segment: String) -> (id: BackupID, part: Part)? {
        let parts: [(suffix: String, part: Part)] = [(evidenceSuffix, .evidence), (marksSuffix, .marks), ("", .backup)]
        for (suffix, part) in parts where segment.hasSuffix(suffix) {
            return BackupID(String(segment.dropLast(suffix.count))).map { ($0, part) }
        }
        return nil
    }

    /// `<job>/.lease-<purpose>`: what a run holds that works on the backups of `job`. No backup has such a name.
    package static func lease(of job: String, purpose: String) -> String {
        "\(folder(ofJob: job))/\(leasePrefix)\(purpose)"
    }

    /// What names directly below a job begin with that belong to a lease.
    package static let leasePrefix = ".lease-"

    /// Percent-encodes all but letters, digits, `_`, `-` and inner dots.
    static func encoded(_ job: String) -> String {
        var text = ""
        for (index, byte) in job.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where index > 0:
                text.append(".")
            default:
                text += "%" + Hexadecimal.text(of: [byte]).uppercased()
            }
        }
        return text
    }

    static func decoded(_ segment: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(segment.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = Hexadecimal.bytes(of: String(decoding: rest.prefix(2), as: UTF8.self))
            else { return nil }
            bytes += value
            rest = rest.dropFirst(2)
        }
        guard let job = String(validating: bytes, as: UTF8.self), !job.isEmpty, encoded(job) == segment else {
            return nil
        }
        return job
    }
}
