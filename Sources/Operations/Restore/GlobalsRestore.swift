import Archive
import JobModel
import Postgres

/// Makes the roles of a backup on a server. Roles that are there stay as they are, their passwords above all.
struct GlobalsRestore: Sendable {
    struct Result: Sendable {
        /// The roles that were made.
        var roles: [ServerText] = []
        /// What the server refused, without literals: these may be hashes of passwords.
        var refusals: [String] = []
        /// The same, of settings of roles and privileges on parameters: a locale or a library that they name may be
        /// missing here, and the roles are good without.
        var settingRefusals: [String] = []
    }

    let script: GlobalsScript

    private static let limitInBytes = 256 << 20

    /// Nil where the backup holds no roles.
    static func of(_ source: BackupSource) async throws -> GlobalsRestore? {
        guard let globals = source.manifest.globals else { return nil }
        let stored = try await source.readObject(named: globals.file)
        let text = try MemberReader.inflate(stored, object: globals.file, limitInBytes: limitInBytes)
        do throws(SQLScriptError) {
            return GlobalsRestore(script: try GlobalsScript(ServerText(bytes: text)))
        } catch {
            throw ArchiveError.damaged(object: globals.file, reason: "line \(error.line): \(error.reason)")
        }
    }

    /// Runs one statement at a time: what a server refuses (a managed one does not let anybody make superusers) does
    /// not take the rest along. The role that made the source's cluster is only made where it is `wanted`.
    func run(on session: Session, bootstrapRole: ServerText?, wanted: Set<ServerText>) async throws -> Result {
        var there = Set(
            try await session.query("SELECT rolname AS name FROM pg_catalog.pg_roles").rows.map { try $0.text("name") })
        if let bootstrapRole, !wanted.contains(bootstrapRole) { there.insert(bootstrapRole) }
        var result = Result()
        for statement in script.statements(forServerWith: there) {
            if let refusal = try await run(statement, on: session) {
                if statement.isSetting {
                    result.settingRefusals.append(refusal)
                } else {
                    result.refusals.append(refusal)
                }
            } else if case .role(let name) = statement.subject, statement.makesRole {
                result.roles.append(name)
            }
        }
        return result
    }

    /// Nil where it was done as it stands.
    private func run(_ statement: GlobalsScript.Statement, on session: Session) async throws -> String? {
        do {
            try await session.execute(statement.sql)
            return nil
        } catch PostgresError.statement(let failure) {
            let words = "\(StatementFailure.summary(of: statement.sql.text)): \(failure.message)"
            guard failure.sqlState == .insufficientPrivilege, let lesser = statement.withoutSuperuserAttributes,
                (try? await session.execute(lesser)) != nil
            else { return words }
            return statement.grantsSuperuserAttribute ? words : nil
        }
    }
}

extension GlobalsScript.Statement {
    /// Attributes that only superusers may give, or even take away.
    private static let superuserAttributes = ["SUPERUSER", "REPLICATION", "BYPASSRLS"]

    fileprivate var isSetting: Bool {
        if case .parameter = subject { return true }
        return sql.text.hasPrefix("ALTER ROLE ") && attributeList == nil
    }

    fileprivate var makesRole: Bool { sql.text.hasPrefix("CREATE ROLE ") }

    /// An `ALTER ROLE … WITH …` without these attributes; nil for other statements. pg_dumpall writes the attributes
    /// before whatever is quoted.
    fileprivate var withoutSuperuserAttributes: ServerText? {
        guard let (head, attributes, tail) = attributeList else { return nil }
        let kept = attributes.filter { attribute in
            !Self.superuserAttributes.contains { attribute == $0 || attribute == "NO" + $0 }
        }
        return head + " " + ServerText(kept.joined(separator: " ")) + tail
    }

    fileprivate var grantsSuperuserAttribute: Bool {
        attributeList?.attributes.contains(where: Self.superuserAttributes.contains) ?? false
    }

    private var attributeList: (head: ServerText, attributes: [String], tail: ServerText)? {
        let mark = Array("\" WITH ".utf8)
        guard sql.text.hasPrefix("ALTER ROLE \""), let place = sql.bytes.firstRange(of: mark) else { return nil }
        let rest = sql.bytes[place.upperBound...]
        let isPlain = { (byte: UInt8) in byte == 32 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
        let list = rest.prefix(while: isPlain)
        let attributes = String(decoding: list, as: UTF8.self).split(separator: " ").map(String.init)
        // The word before a literal belongs to it: PASSWORD, VALID UNTIL, CONNECTION LIMIT.
        let tail = rest[list.endIndex...]
        return (
            ServerText(bytes: sql.bytes[..<place.upperBound].dropLast()), attributes,
            tail.isEmpty ? "" : " " + ServerText(bytes: tail)
        )
    }
}
