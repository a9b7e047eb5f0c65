package import JobModel

extension RunDiary {
    /// The newest run of the same job before `run` that says how the job does (``NoticePlanner/precedent(among:)``).
    /// Nil where there is none among the last 100, and where the history does not answer.
    package func precedent(of run: Run) async -> Run? {
        var query = RunQuery()
        (query.job, query.until, query.limit) = (run.job, run.instant, 100)
        return NoticePlanner.precedent(among: await runs(query) ?? [])
    }
}
