import Foundation
import JobModel
import Postgres

/// The fewest bytes per row that each index of a database was ever seen with, which is what it need not exceed.
///
/// Kept between runs by ``JobMemory`` as `index-baseline/DATABASE`. It holds for an index of the same schema, name and
/// definition only.
struct IndexBaselines: Codable, Sendable, Equatable {
    struct Baseline: Codable, Sendable, Equatable {
        enum Origin: String, Codable, Sendable {
            /// As it was when it was first seen, or seen at its best.
            case seen
            /// After our own REINDEX.
            case rebuilt
            /// Of a copy that a verification had restored: built from nothing.
            case restored
        }

        var schema: ServerText
        var name: ServerText
        var definitionMD5: String
        var bytesPerRow: Double
        var origin: Origin
    }

    /// Smaller ones are mostly the pages that every index has, and never worth a rebuild.
    static let leastBytes = 1 << 20

    private(set) var baselines: [Baseline] = []

    static func memoryName(database: String) -> String { "index-baseline/\(database)" }

    /// Empty where nothing is remembered, or what is cannot be read.
    static func recall(_ database: String, from memory: any JobMemory) async -> IndexBaselines {
        guard let text = await memory.memory(named: memoryName(database: database)),
            let known = try? JSONDecoder().decode(IndexBaselines.self, from: Data(text.utf8))
        else { return IndexBaselines() }
        return known
    }

    /// Whether it could be done.
    @discardableResult
    func remember(_ database: String, in memory: any JobMemory) async -> Bool {
        guard let data = try? JSONEncoder().encode(self) else { return false }
        return await memory.remember(
            String(decoding: data, as: UTF8.self), as: Self.memoryName(database: database))
    }

    /// Nil for an index that was never seen, or was another one then.
    func baseline(of index: IndexFacts) -> Baseline? {
        baselines.first { $0.isOf(index) }
    }

    /// Takes note of indexes as they are: what needs fewer bytes per row than ever is the new baseline. A rebuilt or
    /// restored one always is, for rows may have become wider since.
    mutating func note(_ indexes: [IndexFacts], as origin: Baseline.Origin) {
        var positions: [Key: Int] = [:]
        for (position, baseline) in baselines.enumerated() { positions[Key(baseline)] = position }
        for index in indexes where index.bytes >= Self.leastBytes && index.rows > 0 {
            let found = Baseline(
                schema: index.name.schema ?? "", name: index.name.name, definitionMD5: index.definitionMD5,
                bytesPerRow: Double(index.bytes) / index.rows, origin: origin)
            guard let position = positions[Key(found)] else {
                positions[Key(found)] = baselines.count
                baselines.append(found)
                continue
            }
            let known = baselines[position]
            let isBetter = found.bytesPerRow < known.bytesPerRow
            if origin != .seen || known.definitionMD5 != found.definitionMD5 || isBetter { baselines[position] = found }
        }
    }

    /// Forgets indexes that are no more.
    mutating func keep(only indexes: [IndexFacts]) {
        let names = Set(indexes.map { Key(schema: $0.name.schema ?? "", name: $0.name.name) })
        baselines.removeAll { !names.contains(Key($0)) }
    }

    /// An index by its name.
    private struct Key: Hashable {
        let schema: ServerText
        let name: ServerText

        init(schema: ServerText, name: ServerText) {
            self.schema = schema
            self.name = name
        }

        init(_ baseline: Baseline) {
            self.init(schema: baseline.schema, name: baseline.name)
        }
    }
}

extension IndexBaselines.Baseline {
    fileprivate func isOf(_ index: IndexFacts) -> Bool {
        name == index.name.name && schema == index.name.schema && definitionMD5 == index.definitionMD5
    }
}
