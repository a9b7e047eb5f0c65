extension SQLState {
    /// What to do where the server itself has no hint; nil where that depends on what was wanted.
    var remedy: String? {
        switch description {
        case "57014": "Somebody ended the statement, or a limit of time did (statement_timeout): run it again."
        case "40001", "40P01": "Run it again: others were at work on the same rows."
        case "55P03": "Somebody holds a lock on it: try again later."
        case "53100": "Make room where the server keeps its data."
        case "53200": "The server is out of memory, or of room for locks: fewer sessions, or look at its settings."
        case "25006": "The server takes no changes now: name the primary, or look at default_transaction_read_only."
        case "XX001", "XX002":
            "Something in the server's files is damaged: its log says what; do not overwrite older backups."
        default: nil
        }
    }
}
