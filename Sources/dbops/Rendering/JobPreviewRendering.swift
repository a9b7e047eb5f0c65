import JobModel
import Operations

/// What a run of a job would do, of each kind.
enum JobPreviewRendering {
    static func print(_ preview: JobPreview, json: Bool, quiet: Bool) throws {
        switch preview {
        case .backup(let previews):
            for preview in previews { try BackupRendering.print(preview, json: json) }
        case .verify(let previews):
            for preview in previews { try VerificationRendering.print(preview, json: json) }
        case .maintain(let preview): try MaintainRendering(json: json, quiet: quiet).print(preview)
        case .prune(let reports):
            for report in reports { try PruneRendering.print(report, isPreview: true, json: json, quiet: quiet) }
        case .sql(let preview): try SQLRendering.print(preview, json: json)
        case .clean(let plan): try CleanRendering.print(plan, json: json)
        case .advise(let checks): try AdviseRendering.print(checks, json: json)
        }
    }
}
