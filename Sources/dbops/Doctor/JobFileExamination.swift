import Foundation
import JobFile
import JobModel
import Operations

/// Where the job file is, and whether it can be read.
struct JobFileExamination {
    let findings: [CheckFinding]
    /// Nil where there is none, or it cannot be used.
    let loaded: JobFileLoader.Loaded?
    /// It is there, or named, and cannot be used.
    let isWrong: Bool

    private static let subject = "job file"

    static func findings(_ loaded: JobFileLoader.Loaded, mode: UInt32?) -> [CheckFinding] {
        let warnings = loaded.file.warnings.map {
            CheckFinding(subject: subject, level: .warning, message: $0.text(in: loaded.path))
        }
        let count = loaded.configuration.jobs.count
        return [
            CheckFinding(
                subject: subject, level: .good,
                message: "\(loaded.path): \(count) job\(count == 1 ? "" : "s"), no faults")
        ] + warnings + openness(loaded.path, mode)
    }

    /// Who may change it may run SQL as dbops.
    static func openness(_ path: String, _ mode: UInt32?) -> [CheckFinding] {
        guard let mode, mode & 0o022 != 0 else { return [] }
        return [
            CheckFinding(
                subject: subject, level: .warning,
                message: "\(path) has mode \(String(mode, radix: 8)): others may change what dbops runs",
                advice: "Run: chmod go-w \(path)")
        ]
    }

    private static func faults(_ error: any Error) -> [CheckFinding] {
        if let error = error as? JobFileError {
            return error.faults.map {
                CheckFinding(
                    subject: subject, level: .fault(.configuration), message: $0.text(in: error.fileName),
                    advice: "docs/job-file.md explains every key.")
            }
        }
        let known = error as? any UserFacingError
        return [
            CheckFinding(
                subject: subject, level: .fault(known?.category ?? .defect), message: known?.message ?? "\(error)",
                advice: known?.hint)
        ]
    }

    private static func mode(of path: String) -> UInt32? {
        let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: place)
        return (attributes?[.posixPermissions] as? NSNumber)?.uint32Value
    }
}

extension JobFileExamination {
    init(loader: JobFileLoader) {
        do {
            if let loaded = try loader.loadIfThere() {
                let mode = Self.mode(of: loader.search.absolute(loaded.path))
                self.init(findings: Self.findings(loaded, mode: mode), loaded: loaded, isWrong: false)
            } else {
                self.init(findings: [Self.none], loaded: nil, isWrong: false)
            }
        } catch {
            self.init(findings: Self.faults(error), loaded: nil, isWrong: true)
        }
    }

    private static var none: CheckFinding {
        CheckFinding(
            subject: subject, level: .warning,
            message: "there is none: neither ./dbops.toml nor /etc/dbops/dbops.toml",
            advice: "Write one with dbops init, or name it: --config FILE.")
    }
}
