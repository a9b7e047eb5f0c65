import CPQ
import Synchronization

/// What a server says beside its results: notices and warnings.
package struct Notice: Hashable, Sendable {
    /// `NOTICE`, `WARNING`, …, in the server's language.
    package let severity: String
    package let sqlState: SQLState
    package let message: String

    package init(severity: String, sqlState: SQLState, message: String) {
        self.severity = severity
        self.sqlState = sqlState
        self.message = message
    }
}

/// Gathers the notices of one connection until somebody asks for them; the newest 1,000 are kept.
final class NoticeCollector: Sendable {
    private let notices = Mutex<[Notice]>([])

    func append(_ notice: Notice) {
        notices.withLock { notices in
            notices.append(notice)
            if notices.count > 2_000 { notices.removeFirst(notices.count - 1_000) }
        }
    }

    /// Takes what is there.
    func drain() -> [Notice] {
        notices.withLock { notices in
            defer { notices = [] }
            return notices
        }
    }

    /// Has libpq report to this collector, which must live as long as the connection.
    func attach(to connection: OpaquePointer) {
        let receiver: PQnoticeReceiver = { context, result in
            guard let context, let result else { return }
            let collector = Unmanaged<NoticeCollector>.fromOpaque(context).takeUnretainedValue()
            let fields = ResultFields(result)
            collector.append(
                Notice(
                    severity: fields.severity ?? "NOTICE", sqlState: fields.sqlState ?? SQLState("00000"),
                    message: fields.message ?? ""))
        }
        PQsetNoticeReceiver(connection, receiver, Unmanaged.passUnretained(self).toOpaque())
    }
}
