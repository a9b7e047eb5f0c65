/// Follows where a dump begins and ends, by the first and last comments of pg_dump and pg_dumpall.
struct DumpExtent: Sendable {
    private enum Standing {
        case notBegun
        case begun
        case ended
    }

    private var dump = Standing.notBegun
    private var cluster = Standing.notBegun
    /// Between `\restrict` and `\unrestrict`.
    private var isRestricted = false

    /// Whether all that has begun has ended. Another dump may follow.
    var hasEnded: Bool {
        switch cluster {
        case .notBegun: dump == .ended
        case .begun: false
        case .ended: true
        }
    }

    /// Why the dump must not end here; nil where it may.
    var objectionToEnd: String? {
        if cluster == .begun {
            return "the dump is cut off: pg_dumpall's last line, \"-- PostgreSQL database cluster dump complete\", "
                + "is missing"
        }
        switch dump {
        case .begun:
            return "the dump is cut off: pg_dump's last line, \"-- PostgreSQL database dump complete\", is missing"
        case .notBegun where cluster == .notBegun:
            return "pg_dump's first lines, \"-- PostgreSQL database dump\", are missing"
        case .notBegun, .ended:
            return isRestricted ? "the dump is cut off: its last line, \\unrestrict with a key, is missing" : nil
        }
    }

    mutating func note(_ remark: ScriptRemark) {
        switch remark {
        case .dumpBegins: dump = .begun
        case .dumpEnds: dump = .ended
        case .clusterBegins:
            cluster = .begun
            dump = .notBegun
        case .clusterEnds: cluster = .ended
        case .serverVersion, .programVersion, .entry: break
        }
    }

    mutating func note(command name: Substring) {
        if name == "\\restrict" { isRestricted = true }
        if name == "\\unrestrict" { isRestricted = false }
    }
}
