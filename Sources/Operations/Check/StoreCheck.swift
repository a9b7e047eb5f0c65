package import JobModel
package import ObjectStorage

/// Whether a store can be written, read, listed and deleted from, tried with a small object of its own.
package struct StoreCheck: Sendable {
    private let store: any ObjectStore
    private let subject: String
    private let runID: RunID

    package init(store: any ObjectStore, subject: String, runID: RunID) {
        self.store = store
        self.subject = subject
        self.runID = runID
    }

    /// Never throws but on cancellation: what fails is a finding. Leaves nothing behind that it may delete.
    package func run() async throws -> [CheckFinding] {
        let folder = ObjectKey("dbops-check-\(runID)")
        let probe = folder.appending("probe")
        let bytes = Array("dbops check \(runID)\n".utf8)
        var faults = try await attempt("s3:PutObject") { _ = try await store.write(bytes, to: probe) }
        let isWritten = faults.isEmpty
        if isWritten {
            faults += try await attempt("s3:GetObject") {
                guard try await store.read(probe, limitInBytes: 4_096) == bytes else {
                    throw StorageError.damaged(
                        object: probe.description, reason: "other bytes come back than were written")
                }
            }
        }
        faults += try await attempt("s3:ListBucket") {
            let listed = try await store.list(under: folder).map(\.key)
            guard !isWritten || listed == [probe] else {
                throw StorageError.failed(
                    object: probe.description, reason: "the listing does not show an object that was just written",
                    hint: "Use a store whose listings are consistent: dbops decides by them what to delete.")
            }
            _ = try await store.folders(under: nil)
        }
        if isWritten { faults += try await attempt("s3:DeleteObject") { try await store.delete([probe]) } }
        let works = "\(store.location.url) can be written, read, listed and deleted from"
        return faults.isEmpty ? [.good(subject, works)] : faults
    }

    /// `action` is what an identity of S3 must be allowed for `work`.
    private func attempt(_ action: String, _ work: () async throws -> Void) async throws -> [CheckFinding] {
        do {
            try await work()
            return []
        } catch let error as CancellationError {
            throw error
        } catch {
            let fault = CheckFinding.fault(subject, error)
            return [
                CheckFinding(
                    subject: subject, level: fault.level, message: fault.message,
                    advice: fault.advice ?? advice(on: error, action))
            ]
        }
    }

    private func advice(on error: any Error, _ action: String) -> String? {
        guard (error as? StorageError)?.category == .permission else { return nil }
        switch store.location {
        case .directory(let path): return "Make the user that dbops runs as the owner of \(path)."
        case .s3: return "Allow this identity \(action) on the bucket."
        }
    }
}
