package import JobModel

/// What a job file names that lies outside of it: its secrets, and where the daemon is reached.
///
/// By the rule of its keys: one that ends in `_file` or `_env` names a secret.
package struct OutsideReferences: Sendable, Equatable {
    /// A secret, with the path of its key: `["databases", "shop", "password_file"]`.
    package struct Secret: Sendable, Equatable {
        package let path: [String]
        package let reference: SecretReference
    }

    /// In the order of the file.
    package let secrets: [Secret]
    /// `listen` of the daemon; nil where it is not given.
    package let listen: String?

    /// Reads a text that decodes; nothing is found in any other. Relative paths count from `folder`.
    package init(in text: String, surroundings: JobFileSurroundings) {
        guard let document = try? TOMLDocument(parsing: text) else {
            (secrets, listen) = ([], nil)
            return
        }
        secrets = Self.secrets(in: .table(document.members), at: [], surroundings)
            .sorted { document.position(of: $0.path) < document.position(of: $1.path) }
        if case .table(let daemon)? = document.members["daemon"], case .string(let text)? = daemon["listen"] {
            listen = text
        } else {
            listen = nil
        }
    }

    private static func secrets(in value: Value, at path: [String], _ surroundings: JobFileSurroundings) -> [Secret] {
        switch value {
        case .table(let members):
            members.flatMap { secrets(in: $0.value, at: path + [$0.key], surroundings) }
        case .array(let elements):
            elements.enumerated().flatMap { secrets(in: $0.element, at: path + [String($0.offset)], surroundings) }
        case .string(let text):
            reference(text, key: path.last ?? "", surroundings).map { [Secret(path: path, reference: $0)] } ?? []
        default: []
        }
    }

    private static func reference(
        _ text: String, key: String, _ surroundings: JobFileSurroundings
    ) -> SecretReference? {
        if key.hasSuffix("_file") { return .file(path: surroundings.absolute(text)) }
        return key.hasSuffix("_env") ? .environment(name: text) : nil
    }
}
