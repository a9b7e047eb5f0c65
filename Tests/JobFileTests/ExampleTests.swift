import Foundation
import JobModel
import Testing

@testable import JobFile

@Suite struct ExampleTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appendingPathComponent(path), encoding: .utf8)
    }

    static func example() throws -> String { try text("config/dbops.example.toml") }

    @Test func `the example is without fault and without warning`() throws {
        let file = try Decoding.decode(try Self.example())
        #expect(file.warnings == [])
        #expect(
            file.configuration.jobs.map(\.name) == [
                "nightly", "prove", "tidy", "housekeeping", "refresh", "sessions", "notifications", "checkup",
            ])
        #expect(file.configuration.stores.map(\.name) == ["local", "offsite"])
    }

    @Test(arguments: [
        ("one-server", ["nightly", "prove", "tidy", "upkeep", "checkup"], 2), ("s3-stores", ["nightly", "prove"], 7),
    ])
    func `the examples of single uses are without fault and without warning`(
        name: String, jobs: [String], stores: Int
    ) throws {
        let file = try Decoding.decode(try Self.text("config/\(name).example.toml"))
        #expect(file.warnings == [])
        #expect(file.configuration.jobs.map(\.name) == jobs)
        #expect(file.configuration.stores.count == stores)
    }

    @Test func `the example shows every key`() throws {
        let lines = try Self.example().split(separator: "\n")
        let keys = Set(Schema.keys.values.joined())
        for key in keys.sorted() {
            let isThere = lines.contains { $0.hasPrefix("\(key) = ") || $0.hasPrefix("# \(key) = ") }
            #expect(
                isThere || Self.keysOfInlineTables.contains(key), "\(key)")
        }
        #expect(keys.count > 60)
    }

    private static let keysOfInlineTables = [
        "last", "hourly", "daily", "weekly", "monthly", "yearly", "within", "id", "object", "until", "reason",
        "name", "equals", "at_least", "at_most", "max_age",
    ]

    @Test func `what the example leaves out could be put in`() throws {
        let lines = try Self.example().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() {
            guard let match = line.wholeMatch(of: /# ([a-z_]+ = .*)/) else { continue }
            var changed = lines
            changed[index] = String(match.1)
            let faults = Decoding.faults(of: changed.joined(separator: "\n")).filter { fault in
                // Keys that stand for each other, names of things that are not in this file, and defaults that are.
                ![
                    "exclude each other", "no job is called", "goes with", "is a password", "only where",
                    "no \"scratch_url\"", "no \"pgbouncer_url\"", "one database only",
                ]
                .contains { fault.contains($0) }
            }
            #expect(faults == [], "\(line)")
        }
    }

    @Test func `the reference has every key, under its heading, and no other`() throws {
        var found: [String: Set<String>] = [:]
        var heading = ""
        for line in try Self.text("docs/job-file.md").split(separator: "\n") {
            if line.hasPrefix("#") { heading = String(line.drop { $0 == "#" || $0 == " " }) }
            if let match = line.prefixMatch(of: /\| `([a-z_]+)` \|/) {
                #expect(found[heading, default: []].insert(String(match.1)).inserted, "\(line)")
            }
        }
        let expected = Schema.keys
        #expect(Set(found.keys) == Set(expected.keys))
        for (heading, keys) in expected { #expect(found[heading] == keys, "\(heading)") }
    }
}
