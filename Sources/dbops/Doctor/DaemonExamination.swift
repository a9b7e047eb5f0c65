import Daemon
import JobModel
import Operations

/// Whether a daemon runs the jobs.
struct DaemonExamination {
    let settings: DaemonSettings

    var findings: [CheckFinding] {
        guard case .directory(let path) = settings.state else {
            return [
                CheckFinding(
                    subject: "daemon", level: .good,
                    message: "the history is shared: whether a daemon runs, systemctl status dbops tells on each host")
            ]
        }
        guard let process = DaemonLock.runningDaemon(in: path) else {
            return [
                CheckFinding(
                    subject: "daemon", level: .warning, message: "none runs with the state directory \(path)",
                    advice:
                        "Start it: systemctl start dbops, or dbops daemon. Nothing to do where CronJobs or cron run the "
                        + "jobs.")
            ]
        }
        return [CheckFinding(subject: "daemon", level: .good, message: "it runs, process \(process)")]
    }
}
