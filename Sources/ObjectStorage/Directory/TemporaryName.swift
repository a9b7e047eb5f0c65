import JobModel

/// The name under which an object is written before it is whole: `.NAME.dbops-partial-<random>`, in the folder of the
/// object, so that renaming moves no bytes.
enum TemporaryName {
    private static let mark = ".dbops-partial-"

    static func random(for name: String) -> String {
        let random = Hexadecimal.text(of: (0..<8).map { _ in UInt8.random(in: 0...255) })
        return ".\(fitting(name))\(mark)\(random)"
    }

    /// The file whose lock guards a conditional write of `name`: the same for all writers.
    static func lock(for name: String) -> String { ".\(fitting(name))\(mark)lock" }

    /// Listings never show such a name.
    static func matches(_ name: String) -> Bool {
        name.hasPrefix(".") && name.contains(mark)
    }

    /// The object that a file of this name would become; nil where it is none of ours, or guards conditional writes.
    /// A long name comes shortened.
    static func objectName(of name: String) -> String? {
        guard name.hasPrefix("."), let end = name.ranges(of: mark).last?.lowerBound, !name.hasSuffix("\(mark)lock")
        else { return nil }
        let start = name.index(after: name.startIndex)
        return start < end ? String(name[start..<end]) : nil
    }

    /// File systems allow 255 bytes.
    private static func fitting(_ name: String) -> String {
        var rest = name[...]
        while rest.utf8.count > 200 { rest.removeLast() }
        return String(rest)
    }
}
