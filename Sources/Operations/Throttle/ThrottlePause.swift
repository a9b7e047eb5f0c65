/// What work was held up by, and for how long in all.
package struct ThrottlePause: Sendable, Equatable, Encodable {
    package let reason: String
    package internal(set) var seconds: Double
}
