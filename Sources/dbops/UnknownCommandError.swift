import ArgumentParser
import JobModel

/// The first word is no command.
struct UnknownCommandError: UserFacingError {
    let word: String

    /// Nil where the first argument is a command, or an option.
    init?(_ arguments: [String]) {
        guard let word = arguments.first, !word.hasPrefix("-"), !(Self.known + ["help"]).contains(word) else {
            return nil
        }
        self.word = word
    }

    private static let known = DBOps.configuration.subcommands.map { $0._commandName }

    var message: String { "there is no command \"\(word)\"" }
    var hint: String? {
        NearestName.nearest(to: word, among: Self.known).map { "Did you mean \"\($0)\"?" }
            ?? "See which there are: dbops --help."
    }
    var category: FailureCategory { .usage }
}
