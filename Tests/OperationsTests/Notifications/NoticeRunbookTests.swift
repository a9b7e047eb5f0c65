import JobModel
import ObjectStorage
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

/// Which page notices and errors send people to.
@Suite struct NoticeRunbookTests {
    @Test(
        arguments: [
            (.failed, "backup", .backupFailed), (.partial, "backup", .backupFailed),
            (.failed, "verify", .verificationFailed), (.failed, "maintain", nil),
            (.verificationFailed, "verify", .verificationFailed), (.missed, "clean", .missedRuns),
            (.stale, "backup", .noRecentBackup), (.recovered, "backup", nil), (.succeeded, "verify", nil),
            (.started, "backup", nil), (nil, "test", nil),
        ] as [(NotifierSettings.Event?, String, Runbook?)])
    func `a notice has the page of its trouble`(_ event: NotifierSettings.Event?, _ kind: String, _ page: Runbook?) {
        let notice = Notice(event: event, job: "nightly", kind: kind, at: .example(0), subject: .test)
        #expect(notice.runbook == page)
    }

    @Test func `good news have no page in their text`() {
        #expect(!NoticeText(.recovery).body.contains("runbooks/"))
        #expect(NoticeText(.stale).body.contains("See dbops runs nightly, and runbooks/no-recent-backup.md."))
    }

    @Test(
        arguments: [
            (StorageError.denied(store: "s", reason: "r"), .credentialsRotated),
            (StorageError.cannotWrite(object: "o", reason: "r"), .storeFull),
            (StorageError.damaged(object: "o", reason: "r"), .verificationFailed),
            (StorageError.unavailable(store: "s", reason: "r"), nil),
            (PostgresError.pooler(server: "s"), .pgbouncerInFront),
            (PostgresError.connection(failure(.credentials)), .credentialsRotated),
            (PostgresError.connection(failure(.tooManyConnections)), .connectionsExhausted),
            (PostgresError.connection(failure(.refused)), nil),
            (OperationError.incomplete(reason: "r"), nil),
        ] as [(any UserFacingError, Runbook?)])
    func `an error has the page of its trouble`(_ error: any UserFacingError, _ page: Runbook?) {
        #expect(error.runbook == page)
    }

    @Test func `what grows into an emergency has the page of it`() {
        #expect(AdviceID.wraparound.runbook == .wraparoundNear)
        #expect(AdviceID.duplicateIndex.runbook == nil)
    }

    private static func failure(_ cause: ConnectionFailure.Cause) -> ConnectionFailure {
        ConnectionFailure(server: "s", reason: "r", sqlState: nil, cause: cause)
    }
}
