import JobModel
import Testing

@Suite struct `the followers of a job` {
    private func configuration(_ jobs: [(String, JobTrigger)]) -> Configuration {
        var configuration = Configuration()
        configuration.jobs = jobs.map { name, trigger in
            var job = Job(name: name, kind: .prune(PruneJob()))
            job.trigger = trigger
            return job
        }
        return configuration
    }

    @Test func `come each after the one that they follow`() {
        let jobs = configuration([
            ("tidy", .after("prove")), ("a", .none), ("prove", .after("a")), ("report", .after("a")), ("b", .none),
        ])
        #expect(jobs.followers(of: "a").map(\.name) == ["prove", "tidy", "report"])
        #expect(jobs.followers(of: "b").isEmpty)
    }
}
