import Testing

@testable import Kubernetes

@Suite struct `the name of a resource` {
    @Test func `is the job's, where Kubernetes takes it`() {
        #expect(ResourceName.joining("dbops", "nightly-2") == "dbops-nightly-2")
    }

    @Test(arguments: ["Nightly", "nightly.", "nightly_shop", "_", "-", String(repeating: "a", count: 100), "größe"])
    func `is made fit, and differs where the job's does`(name: String) {
        let made = ResourceName.joining("dbops", name)
        #expect(made.wholeMatch(of: /[a-z0-9]([a-z0-9-]*[a-z0-9])?/) != nil, "\(made)")
        #expect(made.count <= ResourceName.limitOfCronJob)
        #expect(made != ResourceName.joining("dbops", name + "x"))
        #expect(made != ResourceName.joining("dbops", name.lowercased()) || name == name.lowercased())
    }

    @Test(arguments: [
        ("dbops", true), ("a", true), ("dbops-2", true), ("", false), ("2a", false), ("a-", false), ("A", false),
        ("a-very-long-name-indeed", false), ("a_b", false),
    ])
    func `begins with a prefix that fits`(name: String, isGood: Bool) {
        #expect((RenderOptionRules.complaint(aboutName: name) == nil) == isGood)
    }

    @Test(arguments: [("20Gi", true), ("1T", true), ("500Mi", true), ("20", false), ("20GB", false), ("0Gi", false)])
    func `has a size that Kubernetes takes`(size: String, isGood: Bool) {
        #expect((RenderOptionRules.complaint(aboutSize: size) == nil) == isGood)
    }
}
