extension ConnectionFailure {
    /// What libpq says of its attempts, in short: the server is named beside it already, and what to do the hint says.
    ///
    /// `connection to server at "db", port 5432 failed: Connection refused` becomes `Connection refused`; where there
    /// were several attempts, or the address is not in `server`, `db, port 5432: Connection refused`.
    static func reason(_ lines: [String], server: String) -> String {
        let attempts = lines.filter { !$0.hasPrefix("Is the server running") }.map(Attempt.init)
        guard attempts.count == 1, let only = attempts.first else {
            return attempts.map(\.text).joined(separator: "; ")
        }
        return only.isTo(server) ? only.outcome : only.text
    }

    /// One line of libpq's message.
    private struct Attempt {
        /// `db, port 5432`, `localhost (::1), port 5432`, `socket /tmp/.s.PGSQL.5432`; nil where the line names none.
        let place: String?
        let outcome: String

        init(_ line: String) {
            let end = " failed: "
            guard line.hasPrefix("connection to server "), let gap = line.firstRange(of: end) else {
                place = nil
                outcome = line
                return
            }
            let words = line[..<gap.lowerBound].dropFirst("connection to server ".count)
            let isSocket = words.hasPrefix("on socket ")
            place = (isSocket ? words.dropFirst("on ".count) : words.dropFirst("at ".count)).filter { $0 != "\"" }
            outcome = String(line[gap.upperBound...])
        }

        var text: String { place.map { "\($0): \(outcome)" } ?? outcome }

        func isTo(_ server: String) -> Bool {
            guard let place, let gap = place.firstRange(of: ", port ") else { return false }
            return server.contains("\(place[..<gap.lowerBound]):\(place[gap.upperBound...])")
        }
    }
}
