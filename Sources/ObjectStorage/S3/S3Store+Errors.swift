import HTTPTransport
import JobModel

extension S3Store {
    /// A problem as what an operator can act on.
    func storageError(_ problem: S3Problem, object: String) -> StorageError {
        switch problem {
        case .transport(let error): storageError(error, object: object)
        case .refusal(let refusal): storageError(refusal, object: object)
        case .malformed(let reason):
            .failed(
                object: place(of: object), reason: reason,
                hint:
                    "Check the endpoint \(endpoint.scheme)://\(endpoint.host): what answers there may be no S3 server.")
        }
    }

    private var name: String { location.url }

    /// Objects have the same names in every store.
    private func place(of object: String) -> String { object == name ? name : "\(name)/\(object)" }

    private func storageError(_ error: HTTPError, object: String) -> StorageError {
        switch error {
        case .unreachable:
            .unavailable(
                store: name, reason: error.reason,
                hint: "Check the endpoint \(endpoint.scheme)://\(endpoint.host), the network and the server.")
        case .untrusted:
            .unavailable(
                store: name, reason: error.reason,
                hint:
                    "Name the file of the server's certificate authority in AWS_CA_BUNDLE, or write http:// where the "
                    + "server speaks no TLS.")
        case .stalled, .interrupted:
            .unavailable(
                store: name, reason: error.reason, hint: "The server or the network broke off; run the command again.")
        case .unusable:
            .configuration(store: name, reason: error.reason, hint: "Check the endpoint and AWS_CA_BUNDLE.")
        case .tooLarge, .cancelled: .failed(object: place(of: object), reason: error.reason)
        }
    }

    private func storageError(_ refusal: S3Refusal, object: String) -> StorageError {
        if let error = wrongRegion(refusal) { return error }
        switch refusal.code {
        case "NoSuchBucket":
            return .unavailable(
                store: name, reason: refusal.text,
                hint: "Create the bucket \"\(bucket)\", or check its name and the endpoint.")
        case "NoSuchUpload":
            return .failed(
                object: place(of: object), reason: refusal.text,
                hint: "Somebody or a rule of the bucket has removed the upload while it was made.")
        case "NoSuchKey": return .notFound(object: object, store: name)
        case "PreconditionFailed", "InvalidRange":
            return .damaged(object: place(of: object), reason: "it changed while it was read: \(refusal.text)")
        case "QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "EntityTooLarge":
            return .cannotWrite(
                object: place(of: object), reason: refusal.text, hint: "Make room in the store or raise its quota.")
        case let code? where Self.hintsOfDenials[code] != nil:
            return .denied(store: name, reason: refusal.text, hint: Self.hintsOfDenials[code])
        default: break
        }
        switch refusal.status {
        case 401, 403:
            return .denied(
                store: name, reason: refusal.text,
                hint: "Check the access key, and that it may list, read, write and delete in the bucket \"\(bucket)\".")
        case 404 where object == name:
            return .unavailable(
                store: name, reason: refusal.text,
                hint:
                    "Check the endpoint \(endpoint.scheme)://\(endpoint.host) and the bucket \"\(bucket)\": it lists nothing."
            )
        case 404: return .notFound(object: object, store: name)
        case 412, 416:
            return .damaged(object: place(of: object), reason: "it changed while it was read: \(refusal.text)")
        case 408, 429, 500, 502...506, 509:
            return .unavailable(
                store: name, reason: refusal.text, hint: "The server is overloaded or broken; run the command later.")
        case 501:
            return .failed(
                object: place(of: object), reason: refusal.text,
                hint: "The store lacks what this takes: use one that has it, or check the endpoint.")
        case 507:
            return .cannotWrite(object: place(of: object), reason: refusal.text, hint: "Make room in the store.")
        default: return .failed(object: place(of: object), reason: refusal.text)
        }
    }

    private static let hintsOfDenials = [
        "InvalidAccessKeyId": "The store does not know this access key: check AWS_ACCESS_KEY_ID or the profile.",
        "SignatureDoesNotMatch": "The secret key is wrong: check AWS_SECRET_ACCESS_KEY or the profile.",
        "AccessDenied": "Let this access key list, read, write and delete in the bucket.",
        "AllAccessDisabled": "The bucket's owner has disabled it.",
        "ExpiredToken": "The session token has expired: get new credentials.",
        "ExpiredTokenException": "The session token has expired: get new credentials.",
        "InvalidToken": "The session token does not belong to this access key: check AWS_SESSION_TOKEN.",
        "RequestTimeTooSkewed": "Set this machine's clock.",
        "RequestExpired": "Set this machine's clock.",
    ]

    private func wrongRegion(_ refusal: S3Refusal) -> StorageError? {
        let isElsewhere =
            refusal.status == 301 || refusal.status == 307 || refusal.code == "AuthorizationHeaderMalformed"
            || refusal.code == "IllegalLocationConstraintException"
            || (refusal.status == 400 && refusal.region.map { $0 != signer.region } == true)
        guard isElsewhere else { return nil }
        let hint: String? =
            if let region = refusal.region {
                "Use the region \"\(region)\": --region \(region), or AWS_REGION."
            } else if let endpoint = refusal.endpoint {
                "Use the endpoint \(endpoint)."
            } else {
                "Check the region (now \"\(signer.region)\") and the endpoint."
            }
        return .configuration(store: name, reason: refusal.text, hint: hint)
    }
}
