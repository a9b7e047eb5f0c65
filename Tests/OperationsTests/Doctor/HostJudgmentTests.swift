import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

@Suite struct HostJudgmentTests {
    private static func tool(_ name: ClientTool.Name, _ major: Int, _ minor: Int) -> ClientTool {
        ClientTool(
            name: name, path: "/usr/lib/postgresql/\(major)/bin/\(name.rawValue)",
            version: PostgresVersion(major: major, minor: minor), environment: [:], temporaryDirectory: "/tmp")
    }

    /// A machine on which nothing is wrong.
    private static var sound: HostFacts {
        var facts = HostFacts()
        facts.versions = ["dbops 0.1.0"]
        facts.now = .example(0)
        facts.notBefore = .example(-1)
        facts.zoneVersion = "2026a"
        facts.authoritiesPath = "/etc/ssl/certs/ca-certificates.crt"
        facts.freeTemporaryBytes = 1 << 40
        facts.sharedMemoryBytes = 1 << 30
        facts.privateFiles = [.init(path: "/root/.pgpass", mode: 0o600, isIgnoredWhenOpen: true)]
        facts.dumpPrograms = [tool(.pgDump, 15, 19), tool(.pgDump, 18, 6)]
        facts.serverPrograms = [tool(.postgres, 15, 19)]
        return facts
    }

    private func findings(_ change: (inout HostFacts) -> Void) -> [CheckFinding] {
        var facts = Self.sound
        change(&facts)
        return HostJudgment(facts: facts).findings.filter { $0.level != .good }
    }

    @Test func `a sound machine has no finding but good ones`() {
        #expect(findings { _ in } == [])
        #expect(HostJudgment(facts: Self.sound).findings.count > 6)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let change: @Sendable (inout HostFacts) -> Void
        let subject: String
        let isFault: Bool
        let message: String
        let advice: String
        var testDescription: String { message }
    }

    static let cases: [Case] = [
        Case(
            change: { $0.now = .example(-2) }, subject: "clock", isFault: true, message: "before this dbops was made",
            advice: "chrony"),
        Case(
            change: { $0.hasZoneFiles = false }, subject: "time zones", isFault: true, message: "no zone files",
            advice: "tzdata"),
        Case(
            change: { $0.authoritiesPath = nil }, subject: "certificates", isFault: false,
            message: "no certificate authorities", advice: "ca-certificates"),
        Case(
            change: { $0.hasLocaleUTF8 = false }, subject: "locales", isFault: true, message: "no locale C.UTF-8",
            advice: "locales"),
        Case(
            change: { $0.sharedMemoryBytes = 64 << 20 }, subject: "shared memory", isFault: false,
            message: "/dev/shm has", advice: "--shm-size"),
        Case(
            change: { $0.freeTemporaryBytes = 1 << 20 }, subject: "room for proofs", isFault: false,
            message: "free in /tmp", advice: "TMPDIR"),
        Case(
            change: { $0.privateFiles[0].mode = 0o644 }, subject: "credentials", isFault: false,
            message: "mode 644: libpq passes over it", advice: "chmod 600 /root/.pgpass"),
        Case(
            change: { $0.leftovers = ["/tmp/dbops-c-a1b2c3"] }, subject: "leftovers", isFault: false,
            message: "/tmp/dbops-c-a1b2c3 is of a run that was killed", advice: "next run"),
        Case(
            change: { $0.kept = ["/tmp/dbops-kept-c-a1b2c3"] }, subject: "leftovers", isFault: false,
            message: "kept by --keep", advice: "Remove it"),
        Case(
            change: { ($0.dumpPrograms, $0.programFolders) = ([], ["/usr/bin"]) }, subject: "programs", isFault: true,
            message: "no pg_dump in /usr/bin", advice: "postgresql-client-N"),
        Case(
            change: { $0.serverPrograms = [] }, subject: "programs", isFault: false, message: "no server programs",
            advice: "scratch_url"),
        Case(
            change: { $0.dumpPrograms[0] = HostJudgmentTests.tool(.pgDump, 15, 17) }, subject: "programs",
            isFault: false, message: "is 15.17, older than the 18.6",
            advice: "apt-get install --only-upgrade postgresql"),
    ]

    @Test(arguments: cases)
    func `what is wrong is said, with what to do`(_ expected: Case) throws {
        let found = findings(expected.change)
        let finding = try #require(found.first, "\(found)")
        #expect(found.count == 1, "\(found)")
        #expect(finding.subject == expected.subject)
        #expect(finding.isFault == expected.isFault)
        #expect(finding.message.contains(expected.message), "\(finding.message)")
        #expect(finding.advice?.contains(expected.advice) == true, "\(finding.advice ?? "")")
    }
}
