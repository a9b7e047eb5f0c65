import Foundation

/// How much memory there is for this process and its children: the machine's, or less, where a container or a service
/// may have only that.
///
/// Source: Linux, Documentation/admin-guide/cgroup-v2.rst, `memory.max`, and cgroup-v1/memory.rst,
/// `memory.limit_in_bytes`.
enum MachineMemory {
    static var inBytes: UInt64 {
        let file = { path in try? String(contentsOfFile: path, encoding: .utf8) }
        return min(ProcessInfo.processInfo.physicalMemory, groupLimit(readFile: file) ?? .max)
    }

    /// The least of what this process's group, and the groups around it, may have; nil where there is no limit.
    static func groupLimit(readFile: (String) -> String?) -> UInt64? {
        let lines = (readFile("/proc/self/cgroup") ?? "").split(separator: "\n")
        return lines.flatMap { line -> [UInt64] in
            // `0::/path`, or `4:memory:/path` of the first version.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let path = parts[2].split(separator: "/")
            if parts[1].isEmpty {
                return limits("/sys/fs/cgroup", path, "memory.max", readFile)
            }
            guard parts[1].split(separator: ",").contains("memory") else { return [] }
            return limits("/sys/fs/cgroup/memory", path, "memory.limit_in_bytes", readFile)
        }.min()
    }

    /// From the root down to the group itself. A container sees its own group as the root, under whatever path.
    private static func limits(
        _ root: String, _ path: [Substring], _ name: String, _ readFile: (String) -> String?
    ) -> [UInt64] {
        (0...path.count).compactMap { count in
            let folder = ([root] + path.prefix(count).map(String.init)).joined(separator: "/")
            return readFile("\(folder)/\(name)").flatMap { UInt64($0.trimmingWhitespace) }
        }
    }
}
