import Foundation
import JobModel
import Postgres

/// What broken REINDEX CONCURRENTLYs have left: invalid copies that every write keeps up and nobody reads.
///
/// Source: PostgreSQL manual, REINDEX, "Rebuilding Indexes Concurrently": `_ccnew` is the copy that was not finished,
/// `_ccold` the old index that was not dropped.
enum IndexLeftovers {
    /// What is remembered of them between runs, as `reindex/DATABASE`.
    struct Memory: Codable, Sendable, Equatable {
        /// The indexes whose rebuild we began and did not see end, quoted.
        var begun: Set<String> = []
        /// When leftovers of others were first seen: seconds since 1970, by the quoted name.
        var firstSeen: [String: Double] = [:]

        static func name(database: String) -> String { "reindex/\(database)" }

        static func recall(_ database: String, from memory: any JobMemory) async -> Memory {
            guard let text = await memory.memory(named: name(database: database)) else { return Memory() }
            return (try? JSONDecoder().decode(Memory.self, from: Data(text.utf8))) ?? Memory()
        }

        /// Takes note of leftovers that are there, and forgets what is not.
        mutating func keep(_ leftovers: [Leftover], now: Double) {
            let names = leftovers.map(\.index.name.quoted.text)
            firstSeen = Dictionary(names.map { ($0, firstSeen[$0] ?? now) }) { first, _ in first }
            begun.formIntersection(leftovers.map(\.original.name.quoted.text))
        }

        func remember(_ database: String, in memory: any JobMemory) async {
            guard let data = try? JSONEncoder().encode(self) else { return }
            await memory.remember(String(decoding: data, as: UTF8.self), as: Self.name(database: database))
        }
    }

    /// A leftover, with the index that it is a copy of.
    struct Leftover: Sendable, Equatable {
        let index: IndexFacts
        let original: IndexFacts
    }

    /// Names are cut at this length, by whole characters, before the suffix is added.
    private static let longestName = 63

    /// Invalid indexes with the suffix, on a table that has the index without it, of the same definition.
    static func find(in indexes: [IndexFacts]) -> [Leftover] {
        indexes.compactMap { index in
            guard !index.isValid, let stem = stem(of: index.name.name) else { return nil }
            // A character is at most four bytes, of which three may be left over.
            let isCut = index.name.name.bytes.count > longestName - 4
            let original = indexes.first { candidate in
                guard candidate.table == index.table, candidate.id != index.id,
                    candidate.definitionMD5 == index.definitionMD5
                else { return false }
                let name = candidate.name.name.bytes
                return name == stem || isCut && name.count > stem.count && name.starts(with: stem)
            }
            return original.map { Leftover(index: index, original: $0) }
        }
    }

    /// The name before `_ccnew`, `_ccnew1`, `_ccold`, …
    private static func stem(of name: ServerText) -> [UInt8]? {
        var bytes = name.bytes[...]
        while let last = bytes.last, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) { bytes.removeLast() }
        for suffix in ["_ccnew", "_ccold"] where bytes.suffix(6).elementsEqual(suffix.utf8) {
            return Array(bytes.dropLast(6))
        }
        return nil
    }

    /// How old a leftover of somebody else must be before it is taken away: it might be a build that has not begun to
    /// show itself.
    static let foreignAgeInSeconds = 86_400.0

    /// Why it may not be dropped now; nil where it may.
    static func objection(
        to leftover: Leftover, memory: Memory, now: Double, isTableBusy: Bool
    ) -> String? {
        let name = leftover.index.name.quoted.text
        if isTableBusy { return "somebody works on its table" }
        if !leftover.index.isPermitted { return "our role does not own it" }
        if memory.begun.contains(leftover.original.name.quoted.text) { return nil }
        guard let firstSeen = memory.firstSeen[name] else {
            return "it is none of ours, and was seen for the first time"
        }
        return now - firstSeen >= foreignAgeInSeconds ? nil : "it is none of ours, and not yet a day old"
    }
}
