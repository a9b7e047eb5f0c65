package import JobModel

extension DatabaseLocale {
    /// `CREATE DATABASE` from `template0`, whose locale may be any. Source: PostgreSQL manual, "CREATE DATABASE".
    package func createStatement(_ name: String, serverVersionNumber version: Int) -> ServerText {
        var options: [ServerText] = [
            "TEMPLATE template0", "ENCODING \(encoding.quotedAsLiteral)", "LC_COLLATE \(collate.quotedAsLiteral)",
            "LC_CTYPE \(characterType.quotedAsLiteral)",
        ]
        switch provider {
        case .libc:
            if version >= 150_000 { options.append("LOCALE_PROVIDER libc") }
        case .icu:
            options.append("LOCALE_PROVIDER icu")
            if let locale { options.append("ICU_LOCALE \(locale.quotedAsLiteral)") }
            if let icuRules, version >= 160_000 { options.append("ICU_RULES \(icuRules.quotedAsLiteral)") }
        case .builtin:
            options.append("LOCALE_PROVIDER builtin")
            if let locale { options.append("BUILTIN_LOCALE \(locale.quotedAsLiteral)") }
        }
        return "CREATE DATABASE \(ServerText(name).quotedAsIdentifier) \(options.joined(separator: " "))"
    }

    /// What a report says of a database that has this locale in place of the source's.
    func differences(from source: DatabaseLocale) -> [String] {
        var differences: [String] = []
        if provider != source.provider || collate != source.collate || locale != source.locale {
            differences.append("collation \(displayText) in place of \(source.displayText)")
        }
        if characterType != source.characterType {
            differences.append("character classes \(characterType) in place of \(source.characterType)")
        }
        return differences
    }

    private var displayText: String {
        switch provider {
        case .libc: collate.text
        case .icu: "\((locale ?? "").text) (ICU)"
        case .builtin: "\((locale ?? "").text) (built in)"
        }
    }
}
