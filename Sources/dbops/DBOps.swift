import ArgumentParser

@main
struct DBOps: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "dbops", version: "0.1.0")
}
