import JobModel

/// Names as Kubernetes takes them.
enum ResourceName {
    /// A CronJob's name gets eleven characters for its Jobs, and six more for their pods, of 63 that there may be; the pod's
    /// name is its host's name, by which a run is known.
    static let limitOfCronJob = 46

    /// `prefix-name`, with what may not be in a name made fit; a name that had to be changed or cut ends with a hash of
    /// what it was, so that two jobs never share one.
    static func joining(_ prefix: String, _ name: String, limit: Int = limitOfCronJob) -> String {
        let plain = label(name)
        let whole = "\(prefix)-\(plain)"
        if plain == name, whole.count <= limit { return whole }
        let hash = StableHash.text(of: name).prefix(8)
        return trimmed(String(whole.prefix(limit - 9))) + "-\(hash)"
    }

    /// Lower case letters, digits and hyphens.
    private static func label(_ name: String) -> String {
        trimmed(String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }))
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == "-" }.reversed().drop { $0 == "-" }.reversed())
    }

    /// Why a text is no name for everything; nil where it is one. Source: RFC 1123 labels.
    static func complaint(about name: String) -> String? {
        name.wholeMatch(of: /[a-z]([a-z0-9-]{0,18}[a-z0-9])?/) == nil
            ? "takes up to 20 lower case letters, digits and hyphens, from a letter to a letter or digit" : nil
    }
}

/// What the operator has chosen and Kubernetes would refuse.
package enum RenderOptionRules {
    package static func complaint(aboutName name: String) -> String? { ResourceName.complaint(about: name) }

    package static func complaint(aboutNamespace name: String) -> String? {
        name.wholeMatch(of: /[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?/) == nil
            ? "takes up to 63 lower case letters, digits and hyphens" : nil
    }

    /// Source: Kubernetes, "Quantity".
    package static func complaint(aboutSize size: String) -> String? {
        size.wholeMatch(of: /[1-9][0-9]*(Mi|Gi|Ti|M|G|T)/) == nil ? "takes a size such as 50Gi" : nil
    }
}
