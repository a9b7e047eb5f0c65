import JobModel

/// Which key of the Secret stands for which secret of the job file. The values are nobody's but the operator's.
package struct SecretLayout: Sendable {
    /// A key, and how a pod gets it.
    package struct Key: Sendable, Equatable {
        /// In the Secret.
        package let name: String
        package let use: Use
        /// The tables, or keys, of the job file that name it.
        let paths: [[String]]
        /// Whether a pod starts without it.
        package let isOptional: Bool
    }

    package enum Use: Sendable, Equatable {
        /// A file at this path.
        case file(path: String)
        /// A variable of this name.
        case variable(name: String)
    }

    package let name: String
    package let keys: [Key]

    /// Where the credentials of stores with `credentials = "file"` are mounted.
    static let credentialsPath = "/run/dbops/aws-credentials"

    init(_ request: RenderRequest) {
        name = "\(request.name)-secrets"
        var uses: [(Use, [String])] = request.secrets.map { secret in
            switch secret.reference {
            case .file(let path): (.file(path: path), secret.path)
            case .environment(let name): (.variable(name: name), secret.path)
            }
        }
        for endpoint in request.endpoints { uses += endpoint.files.map { (.file(path: $0), endpoint.table) } }
        uses += Self.usesOfStores(request.configuration.stores)
        // In the order in which they were met, each once.
        var tables: [(Use, [[String]])] = []
        for (use, table) in uses {
            if let index = tables.firstIndex(where: { $0.0 == use }) {
                tables[index].1.append(table)
            } else {
                tables.append((use, [table]))
            }
        }
        let names = Self.names(of: tables.map(\.0))
        let hasIdentity = !request.accountAnnotations.isEmpty
        keys = zip(tables, names).map { entry, name in
            Key(name: name, use: entry.0, paths: entry.1, isOptional: hasIdentity && name.hasPrefix("AWS_"))
        }
    }

    private static func usesOfStores(_ stores: [StoreTarget]) -> [(Use, [String])] {
        stores.flatMap { store -> [(Use, [String])] in
            guard case .s3(let place) = store.location else { return [] }
            let table = ["stores", store.name]
            guard place.profile == nil else { return [(.file(path: credentialsPath), table)] }
            return [
                (.variable(name: "AWS_ACCESS_KEY_ID"), table), (.variable(name: "AWS_SECRET_ACCESS_KEY"), table),
            ]
        }
    }

    /// A file's key is its own name; where two have the same, their paths.
    private static func names(of uses: [Use]) -> [String] {
        let short = uses.map { use -> String in
            switch use {
            case .file(let path): fit(path.split(separator: "/").last.map(String.init) ?? "file")
            case .variable(let name): name
            }
        }
        return zip(uses, short).map { use, name in
            guard case .file(let path) = use, short.count(where: { $0 == name }) > 1 else { return name }
            return fit(path.split(separator: "/").joined(separator: "-"))
        }
    }

    /// Source: Kubernetes, keys of Secrets: letters, digits, `-`, `_` and `.`.
    private static func fit(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) ? $0 : "_" })
    }

    /// The keys that a pod gets which runs what these tables of the job file say; nil for all.
    func keys(for tables: Set<[String]>?) -> [Key] {
        guard let tables else { return keys }
        return keys.filter { key in key.paths.contains { path in tables.contains { path.starts(with: $0) } } }
    }
}
