import ArgumentParser
import Daemon
import Glibc
import JobModel

/// `dbops reload`
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have the running daemon read its job file again.",
        discussion: """
            The job file is checked first: a bad one is refused here (exit code 78), and the
            daemon is left alone. The daemon is found by its state directory; where state is
            an URL send it SIGHUP, which does the same: systemctl reload dbops.

            EXAMPLES
              dbops reload
            """)

    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let settings = try assembly.jobFile(jobFile).load().configuration.daemon
            guard case .directory(let path) = settings.state else { throw DaemonError.sharedHistory }
            guard let process = DaemonLock.runningDaemon(in: path) else {
                throw DaemonError.notRunning(directory: path)
            }
            guard kill(process, SIGHUP) == 0 else {
                throw DaemonError.notAllowed(process: process, reason: String(cString: strerror(errno)))
            }
            if !global.quiet { StandardError.write("The daemon, process \(process), reads its job file again.") }
        }
    }
}
