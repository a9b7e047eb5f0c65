import ArgumentParser
import Foundation
import JobModel
import Kubernetes

/// `dbops render kubernetes`
struct RenderKubernetesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubernetes", abstract: "Write Kubernetes manifests from the job file.",
        discussion: """
            Each job becomes a CronJob whose pod is one run; jobs that come after another run
            in its pod. With --daemon it is one pod that keeps the schedule itself. What a
            CronJob cannot do is refused by name. The values of secrets are not read: the
            keys that the Secret must have are printed to standard error.
            Kubernetes 1.31 or newer. See docs/kubernetes.md.

            EXAMPLES
              dbops render kubernetes --image registry.example/dbops:1 | kubectl apply -f -
              dbops render kubernetes --image registry.example/dbops:1 --output k8s/ --namespace backups
              dbops render kubernetes --image registry.example/dbops:1 --daemon --output k8s/
            """)

    @Option(help: "The image of dbops, as pods pull it.")
    var image: String

    @Flag(help: "One pod with the daemon, in place of CronJobs.")
    var daemon = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write files, and a kustomization, into this folder.", valueName: "folder"))
    var output: String?

    @OptionGroup(title: "Manifests") var options: KubernetesOptions
    @OptionGroup(title: "Job file") var jobFile: JobFileOption
    @OptionGroup(title: "Output") var global: GlobalOptions

    func run() async throws {
        let assembly = Assembly(global)
        try await assembly.reportingFailure {
            let loaded = try assembly.jobFile(jobFile).load(inFolder: RenderRequest.folder)
            var request = try KubernetesFacts(loaded, folder: folder(of: loaded.path, assembly)).request(image: image)
            request.shape = daemon ? .daemon : .cronJobs
            try options.apply(to: &request)
            let manifests = try Manifests(rendering: request)
            if let output {
                try KubernetesFiles(folder: output).write(manifests)
            }
            try KubernetesRendering(json: global.json, quiet: global.quiet).print(manifests, writtenTo: output)
        }
    }

    private func folder(of path: String, _ assembly: Assembly) -> String {
        let place = path.hasPrefix("/") ? path : "\(assembly.currentDirectory)/\(path)"
        return URL(fileURLWithPath: place).deletingLastPathComponent().path
    }
}
