/// Where a secret is. The job file never holds one.
package enum SecretReference: Hashable, Sendable {
    /// A file whose first line is the secret.
    case file(path: String)
    /// A variable of the environment.
    case environment(name: String)
}
