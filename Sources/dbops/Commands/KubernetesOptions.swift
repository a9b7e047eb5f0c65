import ArgumentParser
import Foundation
import JobModel
import Kubernetes

/// What the operator of a cluster chooses.
struct KubernetesOptions: ParsableArguments {
    @Option(help: "What all resources are called, or begin with.")
    var name = "dbops"

    @Option(help: "The namespace that stands in the manifests. Default: none, kubectl decides.")
    var namespace: String?

    @Option(help: ArgumentHelp("A Secret of the namespace to pull the image with.", valueName: "secret"))
    var pullSecret: String?

    @Option(
        help: ArgumentHelp(
            "An annotation of the ServiceAccount, by which clouds give an identity. Repeatable.", valueName: "key=value"
        ))
    var accountAnnotation: [String] = []

    @Option(help: ArgumentHelp("Of each store that is a folder.", valueName: "size"))
    var volumeSize = "20Gi"

    @Option(
        help: ArgumentHelp(
            "Gives proofs a volume of this size while they run. Default: the node's own disk.", valueName: "size"))
    var scratchSize: String?

    @Option(help: ArgumentHelp("Where Prometheus is, which may reach the daemon.", valueName: "namespace"))
    var monitoringNamespace = "monitoring"

    @Option(
        help: ArgumentHelp(
            "A file of Prometheus' rules, which becomes a PrometheusRule. Repeatable.", valueName: "file"))
    var alertRules: [String] = []

    func validate() throws {
        try check("--name", name, RenderOptionRules.complaint(aboutName:))
        if let namespace { try check("--namespace", namespace, RenderOptionRules.complaint(aboutNamespace:)) }
        try check("--monitoring-namespace", monitoringNamespace, RenderOptionRules.complaint(aboutNamespace:))
        try check("--volume-size", volumeSize, RenderOptionRules.complaint(aboutSize:))
        if let scratchSize { try check("--scratch-size", scratchSize, RenderOptionRules.complaint(aboutSize:)) }
        for annotation in accountAnnotation where !annotation.dropFirst().contains("=") {
            throw ValidationError("--account-annotation takes KEY=VALUE, not \"\(annotation)\"")
        }
    }

    private func check(_ option: String, _ value: String, _ complaint: (String) -> String?) throws {
        if let complaint = complaint(value) { throw ValidationError("\(option) \(complaint), not \"\(value)\"") }
    }

    func apply(to request: inout RenderRequest) throws {
        request.name = name
        request.namespace = namespace
        request.pullSecret = pullSecret
        request.volumeSize = volumeSize
        request.scratchSize = scratchSize
        request.monitoringNamespace = monitoringNamespace
        for annotation in accountAnnotation {
            let key = annotation.prefix { $0 != "=" }
            request.accountAnnotations[String(key)] = String(annotation.dropFirst(key.count + 1))
        }
        request.alertRules = try alertRules.map(Self.rules)
    }

    private static func rules(in path: String) throws -> RenderRequest.AlertRules {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw UnusableFileError(path: path, reason: "it cannot be read", category: .configuration)
        }
        guard text.split(separator: "\n").contains("groups:") else {
            throw UnusableFileError(
                path: path, reason: "it is no file of Prometheus' rules: it has no groups", category: .configuration)
        }
        let name = path.split(separator: "/").last?.prefix { $0 != "." } ?? ""
        return RenderRequest.AlertRules(name: String(name), text: text)
    }
}

/// A file that a manifest would hold, or that would hold one.
struct UnusableFileError: UserFacingError {
    let path: String
    let reason: String
    let category: FailureCategory
    var message: String { "\(path) cannot be used: \(reason)" }
    var hint: String? { nil }
}
