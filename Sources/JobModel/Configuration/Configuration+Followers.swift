extension Configuration {
    /// The jobs that come `after` a job, and those that come after these, each after the one that it follows.
    package func followers(of name: String) -> [Job] {
        jobs.filter { $0.trigger == .after(name) }.flatMap { [$0] + followers(of: $0.name) }
    }
}
