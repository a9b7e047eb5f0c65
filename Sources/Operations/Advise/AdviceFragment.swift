/// Parts of job files that findings print.
enum AdviceFragment {
    /// A job of kind maintain that does this.
    static func maintain(_ database: String, _ setting: String) -> String {
        """
        [jobs.maintain-\(jobName(database))]
        kind = "maintain"
        database = "\(escaped(database))"
        schedule = "30 3 * * *"
        \(setting)
        """
    }

    /// What names of jobs may hold.
    private static func jobName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "_-".contains($0)) ? $0 : "-" })
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}
