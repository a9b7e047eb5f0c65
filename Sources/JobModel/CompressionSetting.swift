/// How a backup's objects are compressed. Every setting yields gzip, which stock tools read.
package enum CompressionSetting: Hashable, Sendable, CustomStringConvertible {
    /// The fastest engine at hand: ISA-L, about four times as fast as zlib's level 1, and a little smaller.
    case gzip
    /// libdeflate with a level from 1 to 12: the smallest, for more CPU time the higher the level.
    case libdeflate(level: Int)
    /// zlib with a level from 1 to 9.
    case zlib(level: Int)
    /// Gzip members whose bytes are stored as they are.
    case none

    /// What there is to choose from, in words.
    package static let choice = "gzip, libdeflate:1 to libdeflate:12, zlib:1 to zlib:9, or none"

    /// Reads ``description``; nil for all else.
    package init?(_ text: String) {
        guard let setting = Self.all.first(where: { $0.description == text }) else { return nil }
        self = setting
    }

    /// `gzip`, `libdeflate:5`, `zlib:6`, `none`.
    package var description: String {
        switch self {
        case .gzip: "gzip"
        case .libdeflate(let level): "libdeflate:\(level)"
        case .zlib(let level): "zlib:\(level)"
        case .none: "none"
        }
    }

    /// Every engine with each of its levels.
    package static let all: [CompressionSetting] =
        [.gzip] + (1...12).map { .libdeflate(level: $0) } + (1...9).map { .zlib(level: $0) } + [.none]

    /// Why `text` is no setting: what there is, and the one of them that may have been meant.
    package static func refusal(of text: String) -> String {
        // Only the engine is guessed: who asks for a level that there is not may mean any other.
        let level = text.drop { $0 != ":" }
        let candidates = all.map(\.description).filter { name in name.drop { $0 != ":" } == level }
        return "takes \(choice); not \"\(text)\"" + NearestName.suggestion(for: text, among: candidates)
    }
}
