import JobModel
import Testing

@Suite struct DatabaseSelectionTests {
    @Test(arguments: [
        (["*"], [], "shop", true), (["*"], [], "", true), (["*"], ["test_*"], "test_1", false),
        (["*"], ["test_*"], "Test_1", true), (["shop"], [], "shop", true), (["shop"], [], "Shop", false),
        (["shop", "crm_*"], ["crm_old"], "crm_new", true), (["shop", "crm_*"], ["crm_old"], "crm_old", false),
        (["*"], ["*_é"], "x_e\u{301}", true), (["*"], ["*_é"], "x_é", false), (["a*b"], [], "a\r\nb", true),
        (["a?b"], [], "axb", false), (["*a*"], [], "\n", false),
    ])
    func `selects what a pattern matches and none excludes`(
        included: [String], excluded: [String], name: String, isSelected: Bool
    ) {
        #expect(DatabaseSelection(included, excluding: excluded).selects(name) == isSelected)
    }

    @Test func `selects names that are no UTF-8 by what is plain in them`() {
        let name = ServerText(bytes: [0x63, 0x61, 0x66, 0xe9])
        #expect(DatabaseSelection(["caf*"]).selects(name))
        #expect(!DatabaseSelection(["*"], excluding: ["caf*"]).selects(name))
        #expect(!DatabaseSelection(["café"]).selects(name))
    }

    @Test func `only names without a wildcard have to be there, once each`() {
        let selection = DatabaseSelection(["shop", "crm_*", "shop", "old"], excluding: ["ol*"])
        #expect(selection.required == ["shop"])
        #expect(DatabaseSelection.all.required.isEmpty)
    }
}
