import Foundation
import TestSupport
import Testing

/// What Grafana's own schema would say cannot be had offline; these are the parts of it that break a dashboard.
@Suite struct DashboardTests {
    private struct Dashboard: Decodable {
        struct Source: Decodable, Equatable {
            let type: String
            let uid: String
        }
        struct Place: Decodable {
            let x: Int
            let y: Int
            let w: Int
            let h: Int
        }
        struct Target: Decodable {
            let datasource: Source
            let expr: String
            let refId: String
        }
        struct Panel: Decodable {
            let id: Int
            let type: String
            let title: String
            let description: String?
            let datasource: Source?
            let gridPos: Place
            let targets: [Target]?
        }
        struct Variable: Decodable {
            let name: String
            let type: String
            let definition: String?
        }
        struct Variables: Decodable {
            let list: [Variable]
        }
        let uid: String
        let title: String
        let schemaVersion: Int
        let id: Int?
        let panels: [Panel]
        let templating: Variables

        var targets: [(panel: Panel, target: Target)] {
            panels.flatMap { panel in (panel.targets ?? []).map { (panel, $0) } }
        }
    }

    private let dashboard: Dashboard

    init() throws {
        let text = try Repository.text("deploy/monitoring/grafana-dashboard.json")
        dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
    }

    @Test func `it can be imported anywhere, again and again`() {
        #expect(dashboard.uid == "dbops")
        #expect(dashboard.id == nil)
        #expect(dashboard.schemaVersion >= 36)
        #expect(dashboard.templating.list.first?.type == "datasource")
        let source = Dashboard.Source(type: "prometheus", uid: "${datasource}")
        for (panel, target) in dashboard.targets {
            #expect(panel.datasource == source && target.datasource == source, "\(panel.title)")
        }
    }

    @Test func `panels have numbers and places of their own, inside the page`() {
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: [String: String] = [:]
        for panel in dashboard.panels {
            let place = panel.gridPos
            #expect(place.x >= 0 && place.w > 0 && place.h > 0 && place.x + place.w <= 24, "\(panel.title)")
            for x in place.x..<place.x + place.w {
                for y in place.y..<place.y + place.h {
                    let other = taken.updateValue(panel.title, forKey: "\(x) \(y)")
                    #expect(other == nil, "\(panel.title) lies over \(other ?? "")")
                }
            }
        }
    }

    @Test func `every panel asks something and says what it shows`() {
        let kinds: Set<String> = ["row", "stat", "table", "timeseries", "state-timeline"]
        for panel in dashboard.panels {
            #expect(kinds.contains(panel.type), "\(panel.title)")
            guard panel.type != "row" else { continue }
            #expect(!(panel.targets ?? []).isEmpty && !(panel.description ?? "").isEmpty, "\(panel.title)")
            let references = (panel.targets ?? []).map(\.refId)
            #expect(Set(references).count == references.count, "\(panel.title)")
        }
    }

    @Test func `its queries ask for metrics and labels that there are`() {
        let variables = dashboard.templating.list.compactMap(\.definition)
        #expect(variables.count == 3)
        for expression in dashboard.targets.map(\.target.expr) + variables {
            #expect(KnownMetrics.faults(of: expression).isEmpty, "\(expression)")
        }
    }

    @Test func `it shows every metric`() {
        let shown = KnownMetrics.named(in: dashboard.targets.map(\.target.expr).joined(separator: "\n"))
        #expect(Set(KnownMetrics.labels.keys).subtracting(shown).isEmpty)
    }

    @Test func `promtool can read all of its queries`() async throws {
        var rules = "groups:\n  - name: dashboard\n    rules:\n"
        for (index, each) in dashboard.targets.enumerated() {
            let expression = each.target.expr.replacing("$__rate_interval", with: "5m")
                .replacing(/\$[a-z]+/, with: ".*").replacing("'", with: "''")
            rules += "      - record: panel:\(index)\n        expr: '\(expression)'\n"
        }
        let desk = try Desk()
        let result = try await desk.run("promtool", "check", "rules", desk.write(rules, to: "rules.yml"))
        #expect(result.exitCode == 0, "\(result.standardError)")
        #expect(result.standardOutput.contains("\(dashboard.targets.count) rules found"))
    }
}
