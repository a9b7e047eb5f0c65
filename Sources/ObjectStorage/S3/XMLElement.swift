/// An element of the small XML documents that S3 exchanges: a name and either a text or children.
///
/// Reads what stores send (elements, text, entities, CDATA, comments, the declaration) and no more; a document type
/// declaration is refused, so no entity can be defined. Attributes are skipped. Prefixes of names are dropped.
struct XMLElement: Equatable, Sendable {
    let name: String
    /// The text directly inside, without the children's.
    var text = ""
    var children: [XMLElement] = []

    init(name: String, text: String = "", children: [XMLElement] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of that name.
    subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    func children(named name: String) -> [XMLElement] { children.filter { $0.name == name } }

    /// The element and all below it as a document's text.
    var document: String { "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\(markup)" }

    private var markup: String {
        "<\(name)>\(Self.escaped(text))\(children.map(\.markup).joined())</\(name)>"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\r": result += "&#13;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a text can stand in a document at all. Source: XML 1.0, production 2.
    static func canHold(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
            default: false
            }
        }
    }
}
