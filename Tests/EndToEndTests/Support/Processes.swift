import Foundation

/// The processes of this machine, as everybody sees them.
enum Processes {
    struct Entry: Sendable {
        let id: pid_t
        let parent: pid_t
        /// The program and its arguments, separated by zeros.
        let commandLine: String
    }

    static var all: [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.compactMap { id in
            guard let commandLine = FileManager.default.contents(atPath: "/proc/\(id)/cmdline"), !commandLine.isEmpty,
                let status = FileManager.default.contents(atPath: "/proc/\(id)/stat")
            else { return nil }
            let fields = String(decoding: status, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
            return Entry(
                id: id, parent: fields.flatMap { pid_t($0[1]) } ?? 0,
                commandLine: String(decoding: commandLine, as: UTF8.self))
        }
    }

    /// The processes whose command line holds `text`.
    static func mentioning(_ text: String) -> [Entry] {
        all.filter { $0.commandLine.contains(text) }
    }

    /// All that a process has started, directly or not.
    static func descendants(of id: pid_t, in all: [Entry] = all) -> [Entry] {
        var family: Set<pid_t> = [id]
        while true {
            let grown = family.union(all.filter { family.contains($0.parent) }.map(\.id))
            if grown == family { break }
            family = grown
        }
        return all.filter { family.contains($0.id) && $0.id != id }
    }
}
