import JobModel
import Testing

@testable import JobFile

/// Decodes texts as if they stood in `/etc/dbops/dbops.toml`.
enum Decoding {
    static let surroundings = JobFileSurroundings(
        folder: "/etc/dbops", zones: ZoneDatabase(),
        connectionComplaint: { $0.contains("hots=") ? "invalid connection option" : nil },
        queryComplaint: { $0.hasPrefix("delete") ? "is no query" : nil })

    static func decode(
        _ text: String, _ surroundings: JobFileSurroundings = surroundings
    ) throws(JobFileError) -> DecodedJobFile {
        try JobFileDecoder(fileName: "dbops.toml", surroundings: surroundings).decode(text)
    }

    /// One line for each fault; empty for a good file.
    static func faults(of text: String, _ surroundings: JobFileSurroundings = surroundings) -> [String] {
        do throws(JobFileError) {
            _ = try decode(text, surroundings)
            return []
        } catch {
            return error.message.split(separator: "\n").map(String.init)
        }
    }

    /// The faults with their places.
    static func findings(in text: String) -> [JobFileFinding] {
        do throws(JobFileError) {
            _ = try decode(text)
            return []
        } catch {
            return error.faults
        }
    }

    static func warnings(of text: String) throws -> [String] {
        try decode(text).warnings.map { $0.text(in: "dbops.toml") }
    }

    /// Thirteen lines that are right; what a test adds begins in line 14, inside the backup job `nightly`.
    static let good = """
        [daemon]
        timezone = "UTC"
        [databases.shop]
        url = "postgresql://backup@db.internal/shop"
        [stores.local]
        url = "file:///var/backups"
        [stores.offsite]
        url = "s3://acme/prod"
        [jobs.nightly]
        kind = "backup"
        database = "shop"
        stores = ["offsite", "local"]
        schedule = "0 2 * * *"

        """
}
