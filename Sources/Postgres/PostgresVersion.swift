/// A release of PostgreSQL, 10 or newer: `15.20`, or `19beta1` before the first release of a major version.
package struct PostgresVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let major: Int
    /// Zero before the first release, too.
    package let minor: Int
    /// `beta1`, `rc1`, `devel`; nil for a release.
    package let preRelease: String?

    package init(major: Int, minor: Int, preRelease: String? = nil) {
        self.major = major
        self.minor = minor
        self.preRelease = preRelease
    }

    /// As servers number themselves: 150020 is 15.20.
    package init(number: Int) {
        self.init(major: number / 10_000, minor: number % 10_000)
    }

    /// The first word of `text` that is a version: `15.20 (Debian 15.20-0+deb12u1)`,
    /// `pg_dump (PostgreSQL) 18.6`. Nil where there is none.
    package init?(in text: String) {
        for word in text.split(whereSeparator: { $0.isWhitespace || $0 == "(" || $0 == ")" }) {
            guard let version = Self(word: word) else { continue }
            self = version
            return
        }
        return nil
    }

    private init?(word: Substring) {
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard let major = Int(digits), major >= 10 else { return nil }
        let rest = word.dropFirst(digits.count)
        if rest.hasPrefix("."), let minor = Int(rest.dropFirst()) {
            self.init(major: major, minor: minor)
        } else if ["beta", "rc", "alpha", "devel"].contains(where: { rest.hasPrefix($0) }) {
            self.init(major: major, minor: 0, preRelease: String(rest))
        } else {
            return nil
        }
    }

    package var description: String {
        preRelease.map { "\(major)\($0)" } ?? "\(major).\(minor)"
    }

    package static func < (left: PostgresVersion, right: PostgresVersion) -> Bool {
        if left.major != right.major { return left.major < right.major }
        if left.minor != right.minor { return left.minor < right.minor }
        switch (left.preRelease, right.preRelease) {
        case (.some(let left), .some(let right)): return left < right
        case (.some, nil): return true
        case (nil, _): return false
        }
    }
}
