/// How a backup's objects are compressed. Every setting yields gzip, which stock tools read.
package enum CompressionSetting: Hashable, Sendable, CustomStringConvertible {
    /// The fastest engine at hand: ISA-L, about four times as fast as zlib's level 1 at about the ratio of its level 6.
    case gzip
    /// zlib with a level from 1 to 9.
    case zlib(level: Int)
    /// Gzip members whose bytes are stored as they are.
    case none

    /// Reads ``description``; nil for all else.
    package init?(_ text: String) {
        switch text {
        case "gzip": self = .gzip
        case "none": self = .none
        default:
            guard text.hasPrefix("zlib:"), text.count == 6, let level = text.last?.wholeNumberValue, level >= 1 else {
                return nil
            }
            self = .zlib(level: level)
        }
    }

    /// `gzip`, `zlib:6`, `none`.
    package var description: String {
        switch self {
        case .gzip: "gzip"
        case .zlib(let level): "zlib:\(level)"
        case .none: "none"
        }
    }
}
