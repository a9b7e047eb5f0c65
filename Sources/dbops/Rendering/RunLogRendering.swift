import Foundation
import JobModel
import Operations

/// One run with its texts and its log.
enum RunLogRendering {
    private struct LogObject: Encodable {
        let run: Run
        let log: [RunLogLine]

        private enum CodingKeys: String, CodingKey { case plan, report, log }

        func encode(to encoder: any Encoder) throws {
            try RunObject(run).encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(run.plan.map(EmbeddedText.init), forKey: .plan)
            try container.encode(run.report.map(EmbeddedText.init), forKey: .report)
            try container.encode(log, forKey: .log)
        }
    }

    static func print(_ run: Run, log: [RunLogLine], json: Bool) throws {
        if json { return try JSONLine.print(LogObject(run: run, log: log)) }
        for (name, value) in facts(run) {
            Swift.print(name + String(repeating: " ", count: 15 - name.count) + RunsRendering.plain(value))
        }
        for (title, text) in [("PLAN", run.plan), ("REPORT", run.report)] {
            guard let text else { continue }
            Swift.print("\n\(title)")
            for line in readable(text).split(separator: "\n") { Swift.print("  " + RunsRendering.plain(line)) }
        }
        guard !log.isEmpty else { return }
        Swift.print("\nLOG")
        for line in log {
            let level = line.level + String(repeating: " ", count: max(0, 7 - line.level.count))
            Swift.print("  \(line.at.text)  \(level)  \(RunsRendering.plain(line.text))")
        }
    }

    private static func facts(_ run: Run) -> [(String, String)] {
        let all: [(String, String?)] = [
            ("run", run.id.description), ("job", "\(run.job) (\(run.kind))"),
            ("due", run.scheduledAt?.text ?? "by hand"), ("trigger", run.trigger.rawValue),
            ("started", run.startedAt?.text), ("ended", run.endedAt?.text),
            ("took", run.seconds.map { Quantities.seconds(Double($0)) }),
            ("outcome", run.outcome?.rawValue ?? "running"), ("reason", run.reason?.rawValue),
            ("message", run.message), ("host", run.host), ("attempts", run.attempts > 1 ? "\(run.attempts)" : nil),
            ("catches up", run.missedFirings > 0 ? "\(run.missedFirings) older firings" : nil),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// JSON with line breaks; other text as it is.
    private static func readable(_ text: String) -> String {
        guard let value = EmbeddedText(text).value,
            let data = try? JSONSerialization.data(
                withJSONObject: value, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        else { return text }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Text that is part of a JSON object: as the object or list that it is, else as a string.
private struct EmbeddedText: Encodable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The object or list; nil where the text is no JSON.
    var value: Any? { try? JSONSerialization.jsonObject(with: Data(text.utf8)) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value = try? JSONDecoder().decode(JSONTree.self, from: Data(text.utf8)), value.isContainer {
            try container.encode(value)
        } else {
            try container.encode(text)
        }
    }
}

/// Any JSON, whose keys stay as they are.
private enum JSONTree: Codable {
    case null
    case truth(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([JSONTree])
    case object([String: JSONTree])

    var isContainer: Bool {
        switch self {
        case .list, .object: true
        default: false
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .truth(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONTree].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSONTree].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .truth(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
