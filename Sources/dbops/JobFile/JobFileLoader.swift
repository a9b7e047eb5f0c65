import Foundation
import JobFile
import JobModel
import Operations
import Postgres

/// Reads the job file and decodes it.
struct JobFileLoader {
    let search: JobFileSearch
    /// A job file of this size is a mistake.
    private static let limitInBytes = 4 << 20

    /// A job file with its path, as complaints show it.
    struct Loaded {
        let path: String
        let text: String
        let surroundings: JobFileSurroundings
        let file: DecodedJobFile
        var configuration: Configuration { file.configuration }
    }

    /// Throws ``JobFile/JobFileError`` with all faults, or where there is no file.
    ///
    /// Relative paths in it count from its own folder, or from `folder`, where it will be used elsewhere.
    func load(inFolder folder: String? = nil) throws -> Loaded {
        guard let path = search.path else { throw search.missing }
        return try load(path, inFolder: folder)
    }

    /// Nil where no job file is named and none is in the usual places.
    func loadIfThere() throws -> Loaded? {
        try search.path.map { try load($0, inFolder: nil) }
    }

    private func load(_ path: String, inFolder folder: String?) throws -> Loaded {
        let place = search.absolute(path)
        let bytes = try read(place, shownAs: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JobFileError(fileName: path, faults: [Self.notUTF8(bytes)])
        }
        let surroundings = Self.surroundings(of: folder ?? URL(fileURLWithPath: place).deletingLastPathComponent().path)
        let file = try JobFileDecoder(fileName: path, surroundings: surroundings).decode(text)
        return Loaded(path: path, text: text, surroundings: surroundings, file: file)
    }

    /// What the meaning of a job file in `folder` (absolute) depends on beside its text.
    static func surroundings(of folder: String) -> JobFileSurroundings {
        JobFileSurroundings(
            folder: folder, zones: ZoneDatabase(), connectionComplaint: connectionComplaint,
            queryComplaint: { CheckQuery.complaint(about: $0) })
    }

    private func read(_ place: String, shownAs path: String) throws -> Data {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: place))
            let data = try handle.read(upToCount: Self.limitInBytes + 1) ?? Data()
            guard data.count <= Self.limitInBytes else {
                throw UnreadableJobFileError(path: path, reason: "it is larger than 4 MiB", category: .configuration)
            }
            return data
        } catch let error as UnreadableJobFileError {
            throw error
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw UnreadableJobFileError(path: path, reason: "permission denied", category: .permission)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile {
            throw UnreadableJobFileError(path: path, reason: "there is no such file", category: .configuration)
        } catch {
            throw UnreadableJobFileError(path: path, reason: "it is no file that can be read", category: .configuration)
        }
    }

    private static func notUTF8(_ bytes: Data) -> JobFileFinding {
        var line = 1
        for row in bytes.split(separator: 10, omittingEmptySubsequences: false) {
            if String(validating: row, as: UTF8.self) == nil { break }
            line += 1
        }
        return JobFileFinding(position: Position(line: line, column: 1), message: "this line is not UTF-8")
    }

    /// What libpq says, which repeats nothing of the text.
    private static func connectionComplaint(_ text: String) -> String? {
        do throws(PostgresError) {
            let info = try ConnectionInfo(parsing: text)
            return info.password == nil && info.sslPassword == nil ? nil : "it holds a password"
        } catch {
            guard case .invalidConnectionString(let reason, _) = error else { return error.message }
            return reason
        }
    }
}
