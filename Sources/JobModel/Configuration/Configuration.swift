/// What a job file says, complete and checked: every reference in it names something that is there.
package struct Configuration: Sendable, Equatable {
    package var daemon = DaemonSettings()
    /// In the order of the job file, as are the others.
    package var databases: [DatabaseTarget] = []
    package var stores: [StoreTarget] = []
    package var jobs: [Job] = []
    package var notifiers: [NotifierSettings] = []

    package init() {}

    package func job(named name: String) -> Job? { jobs.first { $0.name == name } }
    package func database(named name: String) -> DatabaseTarget? { databases.first { $0.name == name } }
    package func store(named name: String) -> StoreTarget? { stores.first { $0.name == name } }
    package func notifier(named name: String) -> NotifierSettings? { notifiers.first { $0.name == name } }
}
