package import JobModel
import Postgres

/// A statement as machines read it, of a plan or of a report.
package struct MaintainStepObject: Encodable, Sendable {
    package let action: MaintainStep.Action
    package let object: String?
    package let statement: ServerText
    package let reasons: [String]
    package let bytes: Int
    package let outcome: MaintainStepResult.Outcome?
    package let message: String?
    package let seconds: Double?
    package let removedRows: Int?
    package let deadRowsLeft: Int?
    package let bytesAfter: Int?

    package init(_ step: MaintainStep, _ result: MaintainStepResult? = nil) {
        action = step.action
        object = step.object?.plainText
        statement = step.statement
        reasons = step.reasons
        bytes = step.sizeInBytes
        outcome = result?.outcome
        message = result?.message
        seconds = result?.seconds
        removedRows = result?.removedRows
        deadRowsLeft = result?.deadRowsLeft
        bytesAfter = result?.bytesAfter
    }
}

/// What was left alone, as machines read it.
package struct MaintainPassedOverObject: Encodable, Sendable {
    package let action = "none"
    package let object: String
    package let cause: MaintainPlan.PassedOver.Cause
    package let message: String

    package init(_ passedOver: MaintainPlan.PassedOver) {
        object = passedOver.object.plainText
        cause = passedOver.cause
        message = passedOver.text
    }
}

/// What the history keeps of a run's plan and of its report.
struct MaintainJobReport: Encodable {
    let tables: Int
    let settings: [ServerText]
    let steps: [MaintainStepObject]
    let passedOver: [MaintainPassedOverObject]
    let xminHolders: [XminHolder]
    let warnings: [String]
    let seconds: Double?

    init(_ plan: MaintainPlan) {
        self.init(plan, plan.steps.map { MaintainStepObject($0) }, plan.warnings, seconds: nil)
    }

    init(_ report: MaintainReport) {
        self.init(
            report.plan, report.steps.map { MaintainStepObject($0.step, $0) }, report.warnings, seconds: report.seconds)
    }

    private init(_ plan: MaintainPlan, _ steps: [MaintainStepObject], _ warnings: [String], seconds: Double?) {
        tables = plan.tableCount
        settings = plan.settings
        self.steps = steps
        passedOver = plan.passedOver.map(MaintainPassedOverObject.init)
        xminHolders = plan.holders
        self.warnings = warnings
        self.seconds = seconds
    }
}
