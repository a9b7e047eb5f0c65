import Foundation
import JobFile
import JobModel
import Operations
import Postgres

/// The work of `dbops init`: answers → what is there → the job file → what to do next.
struct FirstSteps {
    let assembly: Assembly
    let command: InitCommand

    func run() async throws {
        let dialogue = SetUpDialogue(assembly: assembly, options: command.answers, questions: command.questions)
        try dialogue.checkOptions()
        let survey = SetUpSurvey(
            context: assembly.context(toolsIn: command.pgBin, reporter: SilentReporter()))
        let rendering = CheckRendering(json: command.global.json, quiet: command.global.quiet)

        let (url, password) = try await dialogue.database()
        let named = try ConnectionInfo(parsing: url)
        let name = SetUpAnswers.name(from: named.database ?? named.user)
        let seen = try await look(url, password, named: name, survey)
        try rendering.print(seen.findings)

        let location = try await dialogue.store()
        var answers = SetUpAnswers(databaseURL: url, databaseName: name, store: location)
        answers.password = password
        try rendering.print(try await look(at: location, survey))

        answers.schedule = try await dialogue.schedule()
        answers.timezone = try await dialogue.timezone()
        answers.notifier = try await dialogue.notifier()
        answers.state = state
        try write(answers, seen.facts)
        let role = RoleForJobs(facts: seen.facts, user: named.user, database: named.database ?? name)
        try FirstStepsRendering(json: command.global.json, quiet: command.global.quiet).print(
            path: command.output, answers: answers, role: role, connectedAs: seen.facts.role)
    }

    // MARK: - What is there

    /// What cannot be reached or opened yet is told, and no reason not to write the file.
    private func look(
        _ url: String, _ password: SecretReference?, named name: String, _ survey: SetUpSurvey
    ) async throws -> SetUpSurvey.Outcome {
        do {
            return try await survey.look(at: try assembly.targets.connection(url, password: password), named: name)
        } catch let error as any UserFacingError {
            return SetUpSurvey.Outcome(findings: [Self.fault("database \(name)", error)])
        }
    }

    private func look(at location: StoreLocation, _ survey: SetUpSurvey) async throws -> [CheckFinding] {
        do {
            return try await survey.look(
                at: try assembly.targets.store(StoreTarget(name: location.url, location: location)), named: location.url
            )
        } catch let error as any UserFacingError {
            return [Self.fault("store \(location.url)", error)]
        }
    }

    private static func fault(_ subject: String, _ error: any UserFacingError) -> CheckFinding {
        CheckFinding(subject: subject, level: .fault(error.category), message: error.message, advice: error.hint)
    }

    /// The option; else the usual place, or where this user cannot write there, one below the home.
    private var state: String? {
        if let state = command.answers.state {
            return state.hasPrefix("/") ? state : "\(assembly.currentDirectory)/\(state)"
        }
        let usual = "/var/lib/dbops"
        guard access(access(usual, F_OK) == 0 ? usual : "/var/lib", W_OK) != 0 else { return nil }
        return assembly.environment["HOME"].map { "\($0)/.local/state/dbops" }
    }

    // MARK: - The job file

    private func write(_ answers: SetUpAnswers, _ facts: SetUpFacts) throws {
        let text = FirstJobFile(answers, facts: facts, alertAfterHours: try alertAfterHours(answers)).text
        let path = command.path(assembly)
        // What dbops would refuse is not written.
        _ = try JobFileDecoder(
            fileName: command.output,
            surroundings: JobFileLoader.surroundings(of: URL(fileURLWithPath: path).deletingLastPathComponent().path)
        ).decode(text)
        try NewFile.write(text, to: path, replaces: command.force)
    }

    private func alertAfterHours(_ answers: SetUpAnswers) throws -> Int? {
        let zone = try assembly.zones.rules(named: answers.timezone)
        let expression = try CronExpression(parsing: answers.schedule)
        return Schedule(job: "nightly", trigger: .cron(expression), zone: zone).flatMap {
            StalenessLimit.hours(of: $0, after: CivilTime(SystemWallClock().now))
        }
    }
}
