package import JobModel

/// How a verification ended: its checks, and how long each phase took. The sum is the recovery time that was measured.
package struct VerificationReport: Sendable, Codable {
    package struct Seconds: Sendable, Codable {
        package var server = 0.0
        package var definitions = 0.0
        package var data = 0.0
        package var indexes = 0.0
        package var checks = 0.0
        package var total = 0.0
    }

    package let outcome: RunOutcome
    package let backup: String
    package let url: String
    /// Of the manifest that was verified: names are not evidence, this is. Empty for a dump without one.
    package let manifestSHA256: String
    package let runID: String
    package let verifiedAt: CivilTime
    package let checks: [VerificationCheck]
    package let seconds: Seconds
    /// The server that the backup was restored into.
    package let serverVersion: String
    package let scratchDatabase: String?
    package let warnings: [String]
    /// What a dump is that dbops has not made; nil for a backup.
    package var format: String?

    private enum CodingKeys: String, CodingKey {
        case outcome, backup, url, checks, seconds, warnings, format
        case manifestSHA256 = "manifest_sha256"
        case runID = "run_id"
        case verifiedAt = "verified_at"
        case serverVersion = "server_version"
        case scratchDatabase = "scratch_database"
    }
}
