package import JobModel
import TOMLKit

/// A job file that has been read: what it says, and what is worth a warning in it.
package struct DecodedJobFile: Sendable, Equatable {
    package let configuration: Configuration
    /// In the order of the file.
    package let warnings: [JobFileFinding]
}

/// Turns the text of a job file into a ``Configuration``, or into everything that is wrong with it.
package struct JobFileDecoder: Sendable {
    /// For complaints.
    private let fileName: String
    private let surroundings: JobFileSurroundings

    package init(fileName: String, surroundings: JobFileSurroundings) {
        self.fileName = fileName
        self.surroundings = surroundings
    }

    /// Throws all faults at once; a text that is not TOML has one only, because nothing after it can be told.
    package func decode(_ text: String) throws(JobFileError) -> DecodedJobFile {
        let members = try document(text)
        let locator = KeyLocator(text)
        guard locator.zeroCharacters.isEmpty else {
            throw refusal(locator.zeroCharacters.map { JobFileFinding(position: $0, message: Self.zeroCharacter) })
        }
        let reading = DocumentTable(surroundings: surroundings).read(members) { locator.position(of: $0) }
        func findings(_ complaints: [Complaint]) -> [JobFileFinding] {
            Set(complaints.map { JobFileFinding(position: locator.position(of: $0.path), message: $0.message) })
                .sorted()
        }
        let faults = findings(reading.complaints)
        guard faults.isEmpty else { throw refusal(faults) }
        return DecodedJobFile(configuration: reading.configuration, warnings: findings(reading.warnings))
    }

    private static let zeroCharacter = "a zero character cannot be in a job file"

    private func document(_ text: String) throws(JobFileError) -> [String: Value] {
        if let zero = text.utf8.firstIndex(of: 0) {
            let line = text.utf8[..<zero].count { $0 == 10 } + 1
            throw refusal([JobFileFinding(position: Position(line: line, column: 1), message: Self.zeroCharacter)])
        }
        do {
            return try Value.document(text)
        } catch let error as TOMLParseError {
            throw refusal([SyntaxFault.finding(error, in: text)])
        } catch {
            throw refusal([JobFileFinding(position: Position(line: 1, column: 1), message: "this is not TOML")])
        }
    }

    private func refusal(_ faults: [JobFileFinding]) -> JobFileError {
        JobFileError(fileName: fileName, faults: faults)
    }
}
