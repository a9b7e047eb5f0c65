import JobModel
import Postgres

/// A relation that may be mostly air.
struct BloatSuspect: Sendable {
    let oid: UInt32
    /// As SQL names it.
    let name: String
    let pages: Int
    var bloat: RelationBloat
    var confidence: AdviceConfidence
    /// What the claim rests on, for the evidence.
    var basis: String
    /// What else the finding tells.
    var evidence: [String: EvidenceValue] = [:]
    /// In percent: how full a fresh one is.
    var fillFactor = 100.0
    /// Whether a function of pgstattuple reads it.
    var isMeasurable = true
}

extension AdviceProbe {
    /// Those of the suspects that are worth a finding, the most wasteful first.
    ///
    /// The worst of them are measured where pgstattuple is there, and forgotten where it denies them: `measure` is a
    /// query of one number, `bytes`, of what a relation needs, and gets the extension's schema.
    func confirmed(
        _ suspects: [BloatSuspect], _ limits: BloatLimits,
        measure: (BloatSuspect, ServerText) -> ServerText
    ) async throws -> [BloatSuspect] {
        var suspects = suspects.filter { $0.bloat.isWorthAFinding(limits) }
        suspects.sort { $0.bloat.wastedBytes > $1.bloat.wastedBytes }
        var measured = 0
        for index in suspects.indices where measured < limits.mostMeasured {
            let suspect = suspects[index]
            guard suspect.isMeasurable, suspect.pages <= limits.mostPagesToMeasure,
                let schema = server.extensions["pgstattuple"]?.schema,
                let bytes = try await number(measure(suspect, ServerText(schema)))
            else { continue }
            measured += 1
            suspects[index].bloat.leastBytes = min(bytes, Double(suspect.bloat.bytes))
            suspects[index].confidence = .measured
            suspects[index].basis = "every page read"
        }
        return suspects.filter { $0.bloat.isWorthAFinding(limits) }
    }

    /// Nil where it cannot be had: a lock, a limit of time, a right that is missing.
    private func number(_ query: ServerText) async throws -> Double? {
        do {
            guard let bytes = try await rows(query).first?.optionalDouble("bytes"), bytes.isFinite else { return nil }
            return bytes
        } catch let error as PostgresError where error.isStatementRefusal {
            return nil
        }
    }
}

extension BloatSuspect {
    var fullEvidence: [String: EvidenceValue] {
        bloat.evidence.merging(evidence) { first, _ in first }.merging(["basis": .text(basis)]) { first, _ in first }
    }
}
