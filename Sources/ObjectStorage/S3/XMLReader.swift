/// Why a document cannot be read.
struct XMLReadingError: Error, Equatable {
    let reason: String
}

/// Reads one document into ``XMLElement``s.
struct XMLReader {
    private var rest: ArraySlice<UInt8>
    private static let maximumDepth = 32

    static func root(of bytes: [UInt8]) throws(XMLReadingError) -> XMLElement {
        var reader = XMLReader(rest: bytes[...])
        return try reader.readDocument()
    }

    private mutating func readDocument() throws(XMLReadingError) -> XMLElement {
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        var open: [XMLElement] = []
        while let text = readText() {
            if var element = open.popLast() {
                element.text += try Self.unescaped(text)
                open.append(element)
            } else if text.contains(where: { !Self.isBlank($0) }) {
                throw XMLReadingError(reason: "text outside of the document's element")
            }
            if let root = try readTag(&open) { return root }
        }
        throw XMLReadingError(reason: "the document ends too early")
    }

    /// The bytes up to the next tag; nil where there is none.
    private mutating func readText() -> ArraySlice<UInt8>? {
        guard let start = rest.firstIndex(of: UInt8(ascii: "<")) else { return nil }
        defer { rest = rest[start...] }
        return rest[..<start]
    }

    /// Reads one tag; returns the root once it is complete.
    private mutating func readTag(_ open: inout [XMLElement]) throws(XMLReadingError) -> XMLElement? {
        if skip("<?") {
            _ = try read(upTo: "?>")
        } else if skip("<!--") {
            _ = try read(upTo: "-->")
        } else if skip("<![CDATA[") {
            let data = try read(upTo: "]]>")
            guard var element = open.popLast() else { throw XMLReadingError(reason: "CDATA outside of an element") }
            element.text += String(decoding: data, as: UTF8.self)
            open.append(element)
        } else if skip("<!") {
            throw XMLReadingError(reason: "a document type declaration")
        } else if skip("</") {
            return try close(try read(upTo: ">"), &open)
        } else {
            rest = rest.dropFirst()
            return try begin(try readStartTag(), &open)
        }
        return nil
    }

    private func begin(_ tag: ArraySlice<UInt8>, _ open: inout [XMLElement]) throws(XMLReadingError) -> XMLElement? {
        let isEmpty = tag.last == UInt8(ascii: "/")
        let content = isEmpty ? tag.dropLast() : tag
        let element = XMLElement(name: try Self.name(content.prefix { !Self.isBlank($0) }))
        if isEmpty { return Self.finish(element, &open) }
        guard open.count < Self.maximumDepth else { throw XMLReadingError(reason: "elements nested too deeply") }
        open.append(element)
        return nil
    }

    private func close(_ tag: ArraySlice<UInt8>, _ open: inout [XMLElement]) throws(XMLReadingError) -> XMLElement? {
        let name = try Self.name(tag.prefix { !Self.isBlank($0) })
        guard let element = open.popLast(), element.name == name else {
            throw XMLReadingError(reason: "</\(name)> closes another element")
        }
        return Self.finish(element, &open)
    }

    private static func finish(_ element: XMLElement, _ open: inout [XMLElement]) -> XMLElement? {
        var finished = element
        if !finished.children.isEmpty { finished.text = finished.text.filter { !$0.isWhitespace } }
        guard var parent = open.popLast() else { return finished }
        parent.children.append(finished)
        open.append(parent)
        return nil
    }

    /// A start tag may hold `>` inside an attribute's quotes.
    private mutating func readStartTag() throws(XMLReadingError) -> ArraySlice<UInt8> {
        var quote: UInt8?
        for index in rest.indices {
            let byte = rest[index]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                defer { rest = rest[(index + 1)...] }
                return rest[..<index]
            }
        }
        throw XMLReadingError(reason: "the document ends inside a tag")
    }

    private mutating func skip(_ text: StaticString) -> Bool {
        let bytes = Array(String(describing: text).utf8)
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
    }

    private mutating func read(upTo end: StaticString) throws(XMLReadingError) -> ArraySlice<UInt8> {
        let bytes = Array(String(describing: end).utf8)
        guard let range = rest.firstRange(of: bytes) else {
            throw XMLReadingError(reason: "\(end) is missing")
        }
        defer { rest = rest[range.upperBound...] }
        return rest[..<range.lowerBound]
    }

    private static func name(_ bytes: ArraySlice<UInt8>) throws(XMLReadingError) -> String {
        let local = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? []
        guard !local.isEmpty, let name = String(validating: local, as: UTF8.self) else {
            throw XMLReadingError(reason: "an element without a name")
        }
        return name
    }

    private static func unescaped(_ bytes: ArraySlice<UInt8>) throws(XMLReadingError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw XMLReadingError(reason: "text that is not UTF-8")
        }
        var pieces = text.split(separator: "&", omittingEmptySubsequences: false)[...]
        var result = String(pieces.popFirst() ?? "")
        for piece in pieces {
            guard let end = piece.firstIndex(of: ";"), let scalar = entity(piece[..<end]) else {
                throw XMLReadingError(reason: "an unknown entity")
            }
            result.unicodeScalars.append(scalar)
            result += piece[piece.index(after: end)...]
        }
        return result
    }

    private static func entity(_ name: Substring) -> Unicode.Scalar? {
        switch name {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        case _ where name.hasPrefix("#x"): UInt32(name.dropFirst(2), radix: 16).flatMap { Unicode.Scalar($0) }
        case _ where name.hasPrefix("#"): UInt32(name.dropFirst()).flatMap { Unicode.Scalar($0) }
        default: nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
