import Foundation
package import JobModel
package import Postgres

/// Fetches secrets from where the job file says they are. Nothing is kept: a secret that is changed is seen by the
/// next run.
package struct SecretReader: Sendable {
    private let environment: [String: String]
    /// No secret is longer; more is not read.
    private static let limitInBytes = 65_536

    /// `environment` is that of the process.
    package init(environment: [String: String]) {
        self.environment = environment
    }

    /// The first line of the file, or the variable's value. Throws where there is none, or an empty one.
    package func read(_ reference: SecretReference) throws(SecretError) -> Secret {
        let text =
            switch reference {
            case .file(let path): try firstLine(of: path)
            case .environment(let name): environment[name]
            }
        guard let text else { throw .notSet(reference) }
        guard !text.isEmpty else { throw .empty(reference) }
        guard !text.utf8.contains(0) else { throw .unreadable(reference, reason: "it holds a zero byte") }
        return Secret(text)
    }

    /// What to warn of: a file that every user of the machine may read or write. Nil where all is well or there is
    /// nothing.
    package func warning(about reference: SecretReference) -> String? {
        guard case .file(let path) = reference else { return nil }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & (S_IROTH | S_IWOTH) != 0 else { return nil }
        return "\(path) holds a secret, and every user of this machine may read or change it: chmod o-rw \(path)"
    }

    private func firstLine(of path: String) throws(SecretError) -> String {
        let reference = SecretReference.file(path: path)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(reference, errno: errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count < Self.limitInBytes {
            let piece = try Self.read(descriptor, reference)
            guard !piece.isEmpty else { break }
            bytes += piece
        }
        let line = bytes.prefix { $0 != 10 }
        guard let text = String(validating: line.last == 13 ? line.dropLast() : line, as: UTF8.self) else {
            throw .unreadable(reference, reason: "its first line is not UTF-8")
        }
        return text
    }

    private static func read(_ descriptor: Int32, _ reference: SecretReference) throws(SecretError) -> [UInt8] {
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count >= 0 { return Array(piece.prefix(count)) }
            let code = errno
            guard code == EINTR else { throw .unreadable(reference, errno: code) }
        }
    }
}
