import SystemPackage

extension StorageError {
    /// A failed call while something was written or removed.
    init(writing object: String, _ error: Errno) {
        let reason = error.description
        self =
            switch error {
            case .noSpace:
                .cannotWrite(object: object, reason: reason, hint: "Free space in the store's file system.")
            case .diskQuotaExceeded:
                .cannotWrite(object: object, reason: reason, hint: "Free space or raise the disk quota.")
            case .fileTooLarge:
                .cannotWrite(
                    object: object, reason: reason,
                    hint: "Raise the limit for file sizes (ulimit -f), or use another file system.")
            case .readOnlyFileSystem:
                .cannotWrite(object: object, reason: reason, hint: "Mount the file system for writing.")
            case .permissionDenied, .notPermitted:
                .cannotWrite(
                    object: object, reason: reason, hint: "Let the user that runs dbops write in the store's directory."
                )
            case .ioError:
                .cannotWrite(object: object, reason: reason, hint: "Check the disk: the kernel's log says more.")
            case .notDirectory:
                .cannotWrite(
                    object: object, reason: reason, hint: "A file or a link stands where the store needs a folder.")
            default: .cannotWrite(object: object, reason: reason)
            }
    }

    /// A failed call while something was read; `object` is nil for the store itself.
    init(reading object: String?, store: String, _ error: Errno) {
        let reason = object.map { "\($0): \(error)" } ?? error.description
        self =
            switch error {
            case .noSuchFileOrDirectory, .notDirectory:
                .unavailable(
                    store: store, reason: error.description, hint: "Check the path, and that the disk is mounted.")
            case .permissionDenied, .notPermitted:
                .denied(store: store, reason: reason, hint: "Let the user that runs dbops read the store's directory.")
            case .ioError:
                .failed(
                    object: object ?? store, reason: error.description,
                    hint: "Check the disk: the kernel's log says more.")
            default: .failed(object: object ?? store, reason: error.description)
            }
    }
}
