package import JobModel

extension Configuration {
    /// The database that a job names. Throws where the job file has none of this name any more.
    package func requiredDatabase(named name: String) throws(JobError) -> DatabaseTarget {
        guard let database = database(named: name) else { throw .unknownName(kind: "database", name: name) }
        return database
    }
}
