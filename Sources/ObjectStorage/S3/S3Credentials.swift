/// Who we are to a store. Never shown: its description holds no secret.
package struct S3Credentials: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let accessKey: String
    package let secretKey: String
    package let sessionToken: String?

    package init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
        self.accessKey = accessKey
        self.secretKey = secretKey
        self.sessionToken = sessionToken
    }

    package var description: String { "credentials of \(accessKey)" }
    package var debugDescription: String { description }
}

extension S3Credentials: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: ["accessKey": accessKey]) }
}
