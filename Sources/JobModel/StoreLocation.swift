import Foundation

/// Where backups are kept.
package enum StoreLocation: Hashable, Sendable {
    /// A directory of this machine, as an absolute path.
    case directory(path: String)
    case s3(S3Location)

    /// The location as an URL; never holds a secret.
    package var url: String {
        switch self {
        case .directory(let path): "file://\(path)"
        case .s3(let location):
            location.prefix.isEmpty ? "s3://\(location.bucket)" : "s3://\(location.bucket)/\(location.prefix)"
        }
    }
}

/// A bucket, a prefix in it, and how to reach the store.
package struct S3Location: Hashable, Sendable {
    package var bucket: String
    /// The key prefix without slashes at either end; empty for the whole bucket.
    package var prefix: String
    /// Default: AWS in `region`.
    package var endpoint: String?
    /// Default: `AWS_REGION`, `AWS_DEFAULT_REGION`, else `us-east-1`.
    package var region: String?
    /// `https://endpoint/bucket/key` in place of `https://bucket.endpoint/key`. Default: false.
    package var pathStyle: Bool
    /// The profile of the shared credentials file. Default: `AWS_PROFILE`, else `default`.
    package var profile: String?
    package var uploads = S3UploadSettings()

    package init(
        bucket: String, prefix: String = "", endpoint: String? = nil, region: String? = nil, pathStyle: Bool = false,
        profile: String? = nil
    ) {
        self.bucket = bucket
        self.prefix = prefix
        self.endpoint = endpoint
        self.region = region
        self.pathStyle = pathStyle
        self.profile = profile
    }
}

/// Why a text names no store.
package struct StoreLocationError: UserFacingError, Equatable {
    package let message: String
    package let hint: String?
    package var category: FailureCategory { .usage }

    package init(message: String, hint: String?) {
        self.message = message
        self.hint = hint
    }
}

extension StoreLocation {
    /// Reads `s3://bucket/prefix`, `file:///path` or a path; a relative path counts from `currentDirectory`.
    package init(parsing text: String, currentDirectory: String) throws(StoreLocationError) {
        if text.hasPrefix("s3://") {
            let rest = text.dropFirst("s3://".count)
            let bucket = rest.prefix { $0 != "/" }
            guard !bucket.isEmpty else {
                throw StoreLocationError(message: "\"\(text)\" names no bucket", hint: "Write s3://BUCKET/PREFIX.")
            }
            let segments = rest.dropFirst(bucket.count).split(separator: "/")
            guard !segments.contains(where: { $0 == "." || $0 == ".." }) else {
                throw StoreLocationError(message: "\"\(text)\" holds a . or .. segment", hint: "Write it out in full.")
            }
            self = .s3(S3Location(bucket: String(bucket), prefix: segments.joined(separator: "/")))
            return
        }
        if text.hasPrefix("file:") {
            guard text.hasPrefix("file:///") else {
                throw StoreLocationError(
                    message: "\"\(text)\" is not a file URL of this machine",
                    hint: "Write file:///absolute/path, with three slashes.")
            }
            let path = String(text.dropFirst("file://".count))
            self = .directory(path: Self.normalized(path.removingPercentEncoding ?? path))
            return
        }
        if let scheme = text.firstRange(of: "://").map({ text[..<$0.lowerBound] }) {
            throw StoreLocationError(
                message: "stores of the kind \"\(scheme)\" are not known",
                hint: "Use s3://BUCKET/PREFIX or file:///PATH.")
        }
        guard !text.isEmpty else {
            throw StoreLocationError(message: "the store is empty", hint: "Use s3://BUCKET/PREFIX or file:///PATH.")
        }
        self = .directory(path: Self.normalized(text.hasPrefix("/") ? text : currentDirectory + "/" + text))
    }

    /// The path without empty, `.` and `..` segments.
    private static func normalized(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        return "/" + segments.joined(separator: "/")
    }

    /// Splits off the last segment: the store above and the folder's name; nil at the root.
    package var splittingLastFolder: (store: StoreLocation, folder: String)? {
        func split(_ path: String) -> (String, String)? {
            guard let last = path.split(separator: "/").last else { return nil }
            let head = path.dropLast(last.count)
            return (head.hasSuffix("/") && head.count > 1 ? String(head.dropLast()) : String(head), String(last))
        }
        switch self {
        case .directory(let path):
            return split(path).map { (.directory(path: $0.0), $0.1) }
        case .s3(var location):
            guard let (head, last) = split(location.prefix) else { return nil }
            location.prefix = head
            return (.s3(location), last)
        }
    }
}
