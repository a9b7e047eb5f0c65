import Archive
import JobModel
import Postgres

/// No index and no constraint may be invalid that was valid at the source.
struct ValidityCheck: Sendable {
    let manifest: Manifest

    func run(on scratch: ScratchServer.Database, applicationName: String) async throws -> VerificationCheck {
        let session = try await Session.open(scratch.connection, applicationName: applicationName)
        do {
            let facts = try await ServerFacts.gather(session)
            await session.close()
            return Self.compare(
                manifest: manifest, invalidIndexes: facts.invalidIndexNames,
                unvalidatedConstraints: facts.unvalidatedConstraintNames)
        } catch {
            await session.close()
            throw error
        }
    }

    static func compare(
        manifest: Manifest, invalidIndexes: [ServerText], unvalidatedConstraints: [ServerText]
    ) -> VerificationCheck {
        let indexes = Set(invalidIndexes).subtracting(manifest.invalidIndexes).sorted()
        let constraints = Set(unvalidatedConstraints).subtracting(manifest.unvalidatedConstraints).sorted()
        let known = manifest.invalidIndexes.count + manifest.unvalidatedConstraints.count
        let expected = "none invalid but the \(known) that were so at the source"
        let faults = indexes.map { "index \($0) is invalid" } + constraints.map { "constraint \($0) is not validated" }
        return faults.isEmpty
            ? .passed(.validity, expected: expected, found: "none")
            : .failed(.validity, expected: expected, found: "\(faults.count)", details: faults)
    }
}
