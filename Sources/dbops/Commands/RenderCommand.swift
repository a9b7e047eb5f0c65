import ArgumentParser

/// `dbops render`
struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Write what other schedulers need, from the job file.",
        subcommands: [RenderKubernetesCommand.self])
}
