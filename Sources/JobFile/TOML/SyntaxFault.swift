/// A slip of TOML's grammar. Quotes nothing from the file: that may be part of a secret.
struct SyntaxFault: Error, Equatable {
    let position: Position
    let message: String
}
