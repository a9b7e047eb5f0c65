package import JobModel

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
        let document = try document(text)
        let reading = DocumentTable(surroundings: surroundings).read(document.members) { document.position(of: $0) }
        func findings(_ complaints: [Complaint]) -> [JobFileFinding] {
            Set(complaints.map { JobFileFinding(position: document.position(of: $0.path), message: $0.message) })
                .sorted()
        }
        let faults = findings(reading.complaints)
        guard faults.isEmpty else { throw refusal(faults) }
        return DecodedJobFile(configuration: reading.configuration, warnings: findings(reading.warnings))
    }

    private func document(_ text: String) throws(JobFileError) -> TOMLDocument {
        do throws(SyntaxFault) {
            return try TOMLDocument(parsing: text)
        } catch {
            throw refusal([JobFileFinding(position: error.position, message: error.message)])
        }
    }

    private func refusal(_ faults: [JobFileFinding]) -> JobFileError {
        JobFileError(fileName: fileName, faults: faults)
    }
}
