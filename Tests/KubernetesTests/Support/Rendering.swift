import JobFile
import JobModel
import Kubernetes
import Testing

/// Renders job files as if they stood in a pod.
enum Rendering {
    static let surroundings = JobFileSurroundings(
        folder: RenderRequest.folder, zones: ZoneDatabase(), connectionComplaint: { _ in nil })

    static func request(_ text: String, _ change: (inout RenderRequest) -> Void = { _ in }) throws -> RenderRequest {
        let file = try JobFileDecoder(fileName: "dbops.toml", surroundings: surroundings).decode(text)
        var request = RenderRequest(
            configuration: file.configuration, jobFile: text, image: "registry.example/dbops:1",
            now: CivilTime(secondsSinceEpoch: 1_795_000_000))
        request.secrets = OutsideReferences(in: text, surroundings: surroundings).secrets.map {
            .init(path: $0.path, reference: $0.reference)
        }
        change(&request)
        return request
    }

    static func manifests(
        _ text: String, _ change: (inout RenderRequest) -> Void = { _ in }
    ) throws -> Manifests {
        try Manifests(rendering: try request(text, change))
    }

    /// The only document of its kind, or the one of this name.
    static func document(_ kind: String, named name: String? = nil, in manifests: Manifests) throws -> YAML {
        let found = manifests.files.flatMap(\.documents).filter { document in
            document["kind"] == .text(kind) && (name == nil || document["metadata"]?["name"] == name.map { .text($0) })
        }
        try #require(found.count == 1, "\(found.count) documents of kind \(kind)")
        return found[0]
    }

    /// The pod that a CronJob's Jobs start.
    static func pod(ofCronJob name: String, in manifests: Manifests) throws -> YAML {
        let cronJob = try document("CronJob", named: name, in: manifests)
        return try #require(cronJob["spec"]?["jobTemplate"]?["spec"]?["template"]?["spec"])
    }

    /// A job by hand that proves ``jobFile(_:more:)``'s backups.
    static let proof = "[jobs.prove]\nkind = \"verify\"\nof = \"nightly\""

    /// A job file of one backup job, to whose table `keys` are added.
    static func jobFile(_ keys: String, more: String = "") -> String {
        """
        [databases.shop]
        url = "postgresql://db/shop"
        password_file = "/run/secrets/shop"
        [stores.offsite]
        url = "s3://acme/prod"
        [jobs.nightly]
        kind = "backup"
        database = "shop"
        stores = ["offsite"]
        \(keys)
        \(more)
        """
    }
}

extension YAML {
    /// The elements of a list; none of anything else.
    var elements: [YAML] { if case .list(let elements) = self { elements } else { [] } }

    /// A text; nil for anything else.
    var string: String? { if case .text(let text) = self { text } else { nil } }

    /// The element of a list whose `name` is this.
    func element(named name: String) -> YAML? { elements.first { $0["name"] == .text(name) } }
}
