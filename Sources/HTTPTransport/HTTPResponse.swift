/// A whole answer, whatever its status: only an exchange that broke off is an error.
package struct HTTPResponse: Sendable, Equatable {
    package let status: Int
    package let body: [UInt8]
    /// True where the request went over a connection that an earlier one had opened.
    package let reusedConnection: Bool
    private let valuesByLowercaseName: [String: String]

    /// Of headers with the same name the last one counts.
    package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], reusedConnection: Bool = false) {
        self.status = status
        self.body = body
        self.reusedConnection = reusedConnection
        valuesByLowercaseName = Dictionary(headers.map { ($0.name.lowercased(), $0.value) }) { _, last in last }
    }

    /// The value of a header, or nil.
    package func header(_ name: String) -> String? { valuesByLowercaseName[name.lowercased()] }

    package var isSuccess: Bool { (200..<300).contains(status) }
}
