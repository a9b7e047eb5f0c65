/// A pattern for names: characters that stand for themselves, and wildcards.
package struct Wildcards: Sendable, Hashable {
    package enum Element: Sendable, Hashable {
        case character(Character)
        /// One character, whichever.
        case one
        /// Any characters, none among them.
        case any
    }

    package let elements: [Element]

    package init(_ elements: [Element]) {
        self.elements = elements
    }

    /// For ``matches(bytes:)``: `*` stands for any bytes, every other byte for itself.
    package init(bytes: some Sequence<UInt8>) {
        elements = bytes.map { $0 == UInt8(ascii: "*") ? .any : .character(Character(Unicode.Scalar($0))) }
    }

    /// Whether it matches one name only.
    package var isExact: Bool { !elements.contains { $0 == .one || $0 == .any } }

    /// Goes back only to the last ``Element/any``, so that no pattern takes long.
    package func matches(_ text: String) -> Bool { matches(Array(text)) }

    /// The same for a name that is compared byte by byte: each byte is the character with its number.
    package func matches(bytes: some Sequence<UInt8>) -> Bool {
        matches(bytes.map { Character(Unicode.Scalar($0)) })
    }

    private func matches(_ name: [Character]) -> Bool {
        var (patternIndex, nameIndex) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while nameIndex < name.count {
            let element = patternIndex < elements.count ? elements[patternIndex] : nil
            if element == .any {
                patternIndex += 1
                retry = (patternIndex, nameIndex)
            } else if element == .one || element == .character(name[nameIndex]) {
                patternIndex += 1
                nameIndex += 1
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                (patternIndex, nameIndex) = (last.pattern, last.name + 1)
            } else {
                return false
            }
        }
        return elements[patternIndex...].allSatisfy { $0 == .any }
    }
}
