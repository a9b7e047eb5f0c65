/// The job file, and the files of statements beside it.
struct ConfigMap {
    let request: RenderRequest

    static func name(_ request: RenderRequest) -> String { "\(request.name)-job-file" }

    var document: YAML {
        let texts = [("dbops.toml", request.jobFile)] + Self.files(of: request).map { ($0.key, $0.text) }
        return request.resource("v1", "ConfigMap", named: Self.name(request)).adding([
            "data": .table(texts.map { YAML.Entry(key: $0.0, value: .text($0.1)) })
        ])
    }

    /// The files beside the job file, by their place in the pod; keys hold no slashes.
    static func files(of request: RenderRequest) -> [(key: String, path: String, text: String)] {
        request.files.sorted { $0.key < $1.key }.enumerated().map { index, file in
            ("file-\(index + 1).sql", file.key, file.value)
        }
    }
}
