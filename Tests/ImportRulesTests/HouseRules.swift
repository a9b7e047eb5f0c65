import Foundation

/// The house's rules for its sources: who may import whom, and what nobody writes.
struct HouseRules {
    /// What a target may import of ours, of packages and of C libraries.
    let mayImport: [String: Set<String>]

    /// Modules of the toolchain, which everybody may import.
    let ofTheToolchain: Set<String> = ["Foundation", "Synchronization", "Dispatch", "Glibc"]

    /// What only one target may import, so that replacing it stays local.
    let ofOneImporter: Set<String> = [
        "ArgumentParser", "Subprocess", "CPQ", "CCurl", "CZlib", "CISAL", "CLibdeflate", "CXXHash", "GRDB",
        "ServiceLifecycle", "Hummingbird", "HummingbirdCore", "NIOCore", "NIOPosix", "HTTPTypes", "Mustache",
    ]

    let maximumLinesOfAFile = 400

    /// Ground floor, instruments, operations, front doors: imports go down only.
    static let house = HouseRules(mayImport: [
        "JobModel": [],
        "BlockingWork": [],
        "Postgres": ["JobModel", "BlockingWork", "CPQ", "Logging", "Subprocess", "SystemPackage"],
        "HTTPTransport": ["JobModel", "BlockingWork", "CCurl", "Logging"],
        "ObjectStorage": ["JobModel", "BlockingWork", "HTTPTransport", "Crypto", "SystemPackage"],
        "Archive": ["JobModel", "CZlib", "CISAL", "CLibdeflate", "CXXHash", "Crypto"],
        "RunHistory": ["JobModel", "GRDB"],
        "JobFile": ["JobModel"],
        "Kubernetes": ["JobModel"],
        "Operations": [
            "JobModel", "BlockingWork", "Postgres", "HTTPTransport", "ObjectStorage", "Archive", "Crypto", "Logging",
        ],
        "Daemon": [
            "JobModel", "Operations", "Logging", "ServiceLifecycle", "UnixSignals", "Hummingbird", "HummingbirdCore",
            "NIOCore", "NIOPosix", "HTTPTypes", "Mustache",
        ],
        "dbops": [
            "JobModel", "JobFile", "Kubernetes", "RunHistory", "Operations", "Daemon", "Postgres", "HTTPTransport",
            "ObjectStorage", "Archive", "ArgumentParser", "Logging",
        ],
    ])

    /// Imports that the table does not allow.
    func forbiddenImports(in file: SourceFile) -> [String] {
        guard let allowed = mayImport[file.target] else {
            return ["\(file.path): the target \(file.target) is not in the house's table"]
        }
        return file.imports.filter { !allowed.contains($0.module) && !ofTheToolchain.contains($0.module) }
            .map { "\(file.path):\($0.line): \(file.target) may not import \($0.module)" }
    }

    /// Modules that have more importers than one.
    func sharedImports(in files: [SourceFile]) -> [String] {
        ofOneImporter.sorted().compactMap { module in
            let importers = Set(files.filter { $0.imports.contains { $0.module == module } }.map(\.target))
            return importers.count > 1 ? "\(module) is imported by \(importers.sorted().joined(separator: ", "))" : nil
        }
    }

    /// Words that nobody writes, and unproven promises to the compiler.
    func forbiddenWords(in file: SourceFile) -> [String] {
        let never: [(pattern: Regex<Substring>, what: String)] = [
            (/\bpublic\b/, "public"), (/@_exported\b/, "@_exported"), (/\btry!/, "try!"),
            (/\bfatalError\s*\(/, "fatalError("),
        ]
        return zip(1..., file.code).flatMap { number, line in
            never.filter { line.contains($0.pattern) }.map { "\(file.path):\(number): \($0.what)" }
        }
    }

    /// `@unchecked Sendable` and `nonisolated(unsafe)` need a comment directly above that proves them.
    func unprovenPromises(in file: SourceFile) -> [String] {
        zip(1..., file.code).compactMap { number, line in
            guard line.contains(/@unchecked\b|nonisolated\(unsafe\)/) else { return nil }
            let above = number > 1 ? file.lines[number - 2].trimmingCharacters(in: .whitespaces) : ""
            return above.hasPrefix("//") ? nil : "\(file.path):\(number): no comment above proves this"
        }
    }

    func tooLong(_ file: SourceFile) -> [String] {
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        return count > maximumLinesOfAFile ? ["\(file.path): \(count) lines, more than \(maximumLinesOfAFile)"] : []
    }

    /// Entries of the table that go up, or in a circle.
    var upwardEntries: [String] {
        mayImport.keys.sorted().flatMap { target in
            (mayImport[target] ?? []).sorted().filter { reaches($0, target) }.map { "\(target) → \($0)" }
        }
    }

    private func reaches(_ start: String, _ goal: String, seen: Set<String> = []) -> Bool {
        guard start != goal else { return true }
        return (mayImport[start] ?? []).subtracting(seen).contains { reaches($0, goal, seen: seen.union([start])) }
    }
}
