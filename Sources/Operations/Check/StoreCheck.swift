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
        let writing = try await attempt("s3:PutObject") { _ = try await store.write(bytes, to: probe) }
        let isWritten = writing.error == nil
        var attempts = [writing]
        if isWritten {
            attempts.append(
                try await attempt("s3:GetObject") {
                    guard try await store.read(probe, limitInBytes: 4_096) == bytes else {
                        throw StorageError.damaged(
                            object: probe.description, reason: "other bytes come back than were written")
                    }
                })
        }
        attempts.append(
            try await attempt("s3:ListBucket") {
                let listed = try await store.list(under: folder).map(\.key)
                guard !isWritten || listed == [probe] else {
                    throw StorageError.failed(
                        object: probe.description, reason: "the listing does not show an object that was just written",
                        hint: "Use a store whose listings are consistent: dbops decides by them what to delete.")
                }
                _ = try await store.folders(under: nil)
            })
        if isWritten { attempts.append(try await attempt("s3:DeleteObject") { try await store.delete([probe]) }) }
        return findings(of: attempts)
    }

    /// `action` is what an identity of S3 must be allowed for it.
    private struct Attempt {
        let action: String
        let error: (any Error)?
    }

    private func attempt(_ action: String, _ work: () async throws -> Void) async throws -> Attempt {
        do {
            try await work()
            return Attempt(action: action, error: nil)
        } catch let error as CancellationError {
            throw error
        } catch {
            return Attempt(action: action, error: error)
        }
    }

    private func findings(of attempts: [Attempt]) -> [CheckFinding] {
        let mayDoOthers = attempts.contains { $0.error == nil }
        let faults = attempts.compactMap { attempt in
            attempt.error.map { error in
                let fault = CheckFinding.fault(subject, error)
                return CheckFinding(
                    subject: subject, level: fault.level, message: fault.message,
                    advice: advice(on: error, attempt.action, mayDoOthers: mayDoOthers) ?? fault.advice)
            }
        }
        let works = "\(store.location.url) can be written, read, listed and deleted from"
        // Where nothing works there is one cause, and it is said once.
        return faults.isEmpty ? [.good(subject, works)] : mayDoOthers ? faults : Array(faults.prefix(1))
    }

    /// Nil where the error itself says best what to do.
    private func advice(on error: any Error, _ action: String, mayDoOthers: Bool) -> String? {
        guard let error = error as? StorageError, error.category == .permission else { return nil }
        switch store.location {
        case .directory(let path): return error.hint ?? "Make the user that dbops runs as the owner of \(path)."
        // An identity that is let do other things is known, and lacks this.
        case .s3: return mayDoOthers ? "Allow this identity \(action) on the bucket." : nil
        }
    }
}
