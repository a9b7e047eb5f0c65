import JobModel
import TestSupport
import Testing

@testable import Operations
@testable import Postgres

@Suite struct TargetFitnessTests {
    private static let plain = TargetFitness(
        role: "app", makesDatabases: true, makesSchemas: true, roles: ["app", "shop"], guardedExtensions: ["plperlu"],
        openSchemas: ["public"], schemas: ["public", "audit"], databaseOwners: ["shop": "shop", "other": "boss"])

    private static let allowed = TargetFitness.Need(
        makesDatabase: false, owners: ["shop"], extensions: ["citext"], schemas: ["public", "new"], makesSchemas: true,
        renamed: "shop")

    private func refusal(
        _ change: (inout TargetFitness, inout TargetFitness.Need) -> Void = { _, _ in }
    ) -> RestoreError? {
        var (fitness, need) = (Self.plain, Self.allowed)
        change(&fitness, &need)
        return fitness.refusal(of: need)
    }

    @Test func `lets a role do what it may`() { #expect(refusal() == nil) }

    @Test func `lets a superuser do everything`() {
        #expect(
            refusal { fitness, need in
                fitness = TargetFitness(role: "root", isSuperuser: true)
                need.owners = ["boss"]
            } == nil)
    }

    @Test func `names what a role lacks, and the way out`() {
        let refusals = [
            refusal { fitness, need in (fitness.makesDatabases, need.makesDatabase) = (false, true) },
            refusal { _, need in need.renamed = "other" },
            refusal { _, need in need.owners = ["boss", "shop"] },
            refusal { _, need in need.extensions = ["plperlu"] },
            refusal { fitness, _ in fitness.makesSchemas = false },
            refusal { _, need in need.schemas = ["audit"] },
        ]
        #expect(
            refusals.map { $0?.message } == [
                "app may not make databases", "app does not own the database other, so it may not rename it",
                "app may not make objects that belong to boss", "app may not create the extension plperlu",
                "app may not make schemas in the database", "app may not make anything in the schema audit",
            ])
        #expect(refusals.allSatisfy { $0?.category == .permission && $0?.hint?.isEmpty == false })
        #expect(refusals[2]?.hint?.contains("GRANT \"boss\" TO \"app\";") == true)
    }
}
