import JobModel
import Postgres

extension CheckSubject {
    /// A foreign dump that was restored: `name` is the database that checks ask, nil for the one of a dump of pg_dump.
    ///
    /// Of the source's settings there are those that the dump itself has made; the instant that it shows nobody knows.
    init(
        _ tallies: [DatabaseTally], asking name: String?, in place: ForeignPlace,
        seconds: VerificationReport.Seconds
    ) {
        func database(_ tally: DatabaseTally) -> RestoredDatabase {
            RestoredDatabase(
                connection: tally.connection, version: place.version, isInThrowAwayCluster: place.isThrowAway)
        }
        self.init(
            asked: Self.tally(name, in: tallies).map { .database(database($0)) }
                ?? .missing(Self.words(missing: name, in: tallies)),
            databases: tallies.filter(\.isFilled).map(database), sessionSettings: [], snapshot: nil,
            restore: .ofForeignDump(seconds))
    }

    /// A dump that makes its database goes there last.
    private static func tally(_ name: String?, in tallies: [DatabaseTally]) -> DatabaseTally? {
        guard let name else { return tallies.last }
        return tallies.first { $0.name == name }
    }

    private static func words(missing name: String?, in tallies: [DatabaseTally]) -> String {
        let names = tallies.filter(\.isFilled).map(\.name)
        let there = names.isEmpty ? "none with anything in it" : names.joined(separator: ", ")
        return "no database \(name ?? "") in the dump, but \(there)"
    }
}
