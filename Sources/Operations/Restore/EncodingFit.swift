import Archive
import JobModel
import Postgres

/// Whether a database's encoding has what a backup holds. Pure.
///
/// Source: PostgreSQL manual, 24.3.4 "Available Character Set Conversions"; to and from SQL_ASCII nothing is converted.
struct EncodingFit: Sendable, Equatable {
    let source: String
    let target: String
    /// Of the database that is restored into.
    let database: String

    /// What is to be said before anything is loaded; nil where the database takes everything.
    var warning: String? {
        guard source != target else { return nil }
        if source == "SQL_ASCII" {
            return
                "the source was SQL_ASCII, which has no encoding: \(database) is \(target) and takes only bytes that are "
                + "characters in it"
        }
        if target == "SQL_ASCII" {
            return "\(database) is SQL_ASCII, which has no encoding: what was \(source) becomes the bytes of UTF-8"
        }
        guard target != "UTF8" else { return nil }
        return
            "the source was \(source) and \(database) is \(target): a character that \(target) does not have ends the restore"
    }

    /// The error as it is, or in words about encodings where that was the cause.
    func explaining(_ error: any Error) -> any Error {
        guard source != target else { return error }
        switch error {
        case PostgresError.statement(let failure) where Self.states.contains(failure.sqlState.description):
            return EncodingError(fit: self, step: failure.statement, reason: failure.message)
        case OperationError.restoreRefused(let step, let reason)
        where Self.words.contains(where: { reason.contains($0) }):
            return EncodingError(fit: self, step: step, reason: reason)
        default:
            return error
        }
    }

    /// `character_not_in_repertoire` and `untranslatable_character`.
    private static let states: Set<String> = ["22021", "22P05"]
    private static let words = ["invalid byte sequence for encoding", "has no equivalent in encoding"]
}

/// What was backed up cannot be written in the encoding of the database that it was to go into.
struct EncodingError: UserFacingError, Equatable {
    let fit: EncodingFit
    /// What was being done, without values.
    let step: String
    let reason: String

    var message: String {
        "the database \(fit.database) is \(fit.target) and cannot hold what was \(fit.source): \(reason) (\(step))"
    }

    var hint: String? {
        "Restore into a database in \(fit.source): a new one (--create) is made so"
            + (fit.source == "SQL_ASCII"
                ? "; or set the rows right at the source, where they are no \(fit.target), and back up again." : ".")
    }

    var category: FailureCategory { .cannotWrite }
}

extension RestoreGround {
    /// How the backup fits the session's database; said at once where not everything may.
    func encodingFit(_ session: Session) -> EncodingFit {
        let fit = EncodingFit(
            source: source.manifest.server.encoding, target: session.server.encoding,
            database: session.server.database)
        if let warning = fit.warning { warnings.add(warning) }
        return fit
    }
}
