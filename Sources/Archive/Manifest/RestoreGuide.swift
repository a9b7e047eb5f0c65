import Foundation
import JobModel

/// The text of `RESTORE.md`: how to check and restore one backup with stock tools, without dbops.
package struct RestoreGuide: Sendable {
    /// The object's name.
    package static let objectName = "RESTORE.md"

    private let manifest: Manifest
    private let urls: [String]

    /// `manifest` may lack what is not known yet when the guide is written: its own object, and the totals. `urls`
    /// say where the backup stands, for instance `s3://bucket/prefix/shop/20261121T020000Z-abcdef`.
    package init(manifest: Manifest, urls: [String]) {
        self.manifest = manifest
        self.urls = urls
    }

    package var text: String {
        let steps = [download, check, unpack, prepare, restore].compactMap { $0 }
        let numbered = steps.enumerated().map { number, step in "## \(number + 1). \(step)" }
        return ([title] + numbered + [notes]).joined(separator: "\n\n") + "\n"
    }

    private var title: String {
        """
        # Restore \(manifest.backup) without dbops

        A backup of the database `\(manifest.database)`, as it was at \(manifest.snapshot.takenAt.text), made by dbops \
        \(manifest.dbopsVersion) with pg_dump \(manifest.client.pgDumpVersion) from PostgreSQL \
        \(manifest.server.versionText). It is a directory-format archive of pg_dump (version \
        \(manifest.archive.version)) and a manifest. You need pg_restore and psql of PostgreSQL \(clientMajor) or newer, \
        and a server of PostgreSQL \(serverMajor) or newer.
        """
    }

    private var download: String {
        """
        Fetch it

            \(fetchCommands)
            cd backup
        """
    }

    /// The zeros' pattern is ``Manifest/encode()``'s.
    private var check: String {
        """
        Check it

        pg_restore does not notice every fault: a file cut between two gzip members restores without a message, with rows \
        missing. So compare all files with the manifest first; nothing but `OK` may appear:

            awk -F'"' '$2 == "name" { name = $4 } $2 == "sha256" { print $4 "  " name }' manifest.json | sha256sum --check

        The manifest holds its own checksum; the two lines of this must show the same digits:

            grep '"checksum" :' manifest.json
            sed -E 's/"sha256:[0-9a-f]{64}"/"sha256:'$(printf '0%.0s' $(seq 64))'"/' manifest.json | sha256sum
        """
    }

    /// What stands here, and no more, makes a directory archive of a backup with packs.
    private var unpack: String? {
        guard !manifest.largeObjects.packs.isEmpty else { return nil }
        return """
            Unpack the large objects

            There are many, so they are packed; pg_restore reads them only unpacked, each a file. After the check, which \
            reads the packs:

                for file in blobs_*.tar; do tar -xf "$file" && rm "$file"; done
            """
    }

    private var prepare: String {
        let steps = [
            "Prepare the server", roleStep, tablespaceStep, extensionStep,
            "Make an empty database with the encoding and the collation of the source:",
            "    " + createCommand,
        ]
        return steps.compactMap { $0 }.joined(separator: "\n\n")
    }

    private var roleStep: String? {
        guard !manifest.roles.isEmpty else { return globalsStep }
        let commands = manifest.roles.map { "    CREATE ROLE \(Self.identifier($0)) NOLOGIN;" }
        let missing =
            "These roles own or are granted something. Make those that are missing (in psql):\n\n"
            + commands.joined(separator: "\n")
        return [globalsStep.map { $0 + "\n\nOr make only what this database needs." }, missing].compactMap { $0 }
            .joined(separator: " ")
    }

    private var globalsStep: String? {
        guard let globals = manifest.globals else { return nil }
        let passwords = globals.passwordHashes ? "with their passwords" : "without their passwords"
        return """
            All roles of the source's server, \(passwords), their memberships and settings, and its tablespaces (look at it \
            first on a server that has roles already: it changes those of the same names, and complains that they exist):

                zcat \(globals.file) | psql -X -d postgres
            """
    }

    private var tablespaceStep: String? {
        guard !manifest.tablespaces.isEmpty else { return nil }
        let names = manifest.tablespaces.map { "`\($0)`" }.joined(separator: ", ")
        return "These tablespaces must be there, or add `--no-tablespaces` to pg_restore: \(names)."
    }

    private var extensionStep: String? {
        guard !manifest.extensions.isEmpty else { return nil }
        let names = manifest.extensions.map { "`\($0.name)` (was \($0.version))" }.joined(separator: ", ")
        return "These extensions must be installed on the server: \(names)."
    }

    private var restore: String {
        """
        Restore it

            PGOPTIONS=\(Self.shellQuoted(options)) \\
              pg_restore -Fd -j 4 --exit-on-error -d restored .
            psql -d restored -c ANALYZE
        """
    }

    private var notes: String {
        var notes = [
            "Times are stored with their zone and `money` under `lc_monetary = \(manifest.server.lcMonetary)`, "
                + "which the options above set."
        ]
        if !manifest.archive.filters.isEmpty {
            let filters = manifest.archive.filters.map { "`\($0)`" }.joined(separator: " ")
            notes.append("The backup was made with filters, so it is not the whole database: \(filters)")
        }
        for table in manifest.tablesWithoutData {
            notes.append("`\(table.schema).\(table.name)` comes without its rows: \(table.reason.rawValue).")
        }
        if manifest.server.encoding == "SQL_ASCII" {
            notes.append("The source's encoding is SQL_ASCII: restored into another one, its bytes are not checked.")
        }
        if manifest.extensions.contains(where: { $0.name == "pg_cron" }) {
            notes.append(
                "A server takes `pg_cron` only in the database that its `cron.database_name` names. Into any other restore "
                    + "without it: `pg_restore -l . | grep -vE ' (pg_)?cron( |$)' >list`, take what "
                    + "needs it out of the list as well (views on its tables), and add `-L list` to pg_restore.")
        }
        notes.append(
            "A restored subscription is disabled. On a test server add `--no-subscriptions`: dropping a restored "
                + "subscription would drop the slot at its publisher.")
        return "## Notes\n\n" + notes.map { "- " + $0 }.joined(separator: "\n")
    }
}

extension RestoreGuide {
    /// One for each place, all but the first as comments.
    private var fetchCommands: String {
        urls.map(Self.fetchCommand).joined(separator: "\n    # or, from another copy: ")
    }

    private static func fetchCommand(_ url: String) -> String {
        let source = shellQuoted(url.hasPrefix("file://") ? String(url.dropFirst("file://".count)) : url)
        return url.hasPrefix("s3://")
            ? "aws s3 sync \(source) backup          # --endpoint-url URL for a store that is not AWS"
            : "cp -R \(source) backup"
    }

    private var createCommand: String {
        let collation = manifest.server.collation
        var words = ["createdb -T template0", "-E " + Self.shellQuoted(manifest.server.encoding)]
        words.append("--lc-collate=" + Self.shellQuoted(collation.collate))
        words.append("--lc-ctype=" + Self.shellQuoted(collation.ctype))
        if collation.provider != "libc" {
            words.append("--locale-provider=\(collation.provider)")
            if let locale = collation.icuLocale {
                words.append("--\(collation.provider)-locale=\(Self.shellQuoted(locale))")
            }
        }
        return (words + ["restored"]).joined(separator: " ")
    }

    /// What a session of pg_restore needs whatever the server's or the role's settings are.
    private var options: String {
        let settings = [
            ("lc_monetary", manifest.server.lcMonetary), ("array_nulls", "on"), ("xmloption", "content"),
            ("default_transaction_read_only", "off"),
        ]
        return settings.map { "-c \($0)=\(Self.optionValue($1))" }.joined(separator: " ")
    }

    /// In `options` a backslash keeps a space or a backslash. Source: PostgreSQL manual, 34.1.2, `options`.
    private static func optionValue(_ value: String) -> String {
        value.map { $0 == " " || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    }

    private static func shellQuoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }

    private static func identifier(_ name: ServerText) -> String {
        "\"" + name.text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    private var clientMajor: String { Self.major(of: manifest.client.pgDumpVersion) }
    private var serverMajor: String { Self.major(of: manifest.server.versionText) }

    /// `15` of `15.20 (Debian 15.20-0+deb12u1)`.
    private static func major(of version: String) -> String {
        String(version.prefix { $0.isNumber })
    }
}
