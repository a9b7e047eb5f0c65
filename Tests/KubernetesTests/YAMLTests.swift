import Testing

@testable import Kubernetes

@Suite struct `YAML as text` {
    @Test(arguments: [
        ("dbops", "dbops"), ("run nightly", "run nightly"), ("/etc/dbops", "/etc/dbops"), ("a-b.c_d", "a-b.c_d"),
        ("", "\"\""), ("true", "\"true\""), ("No", "\"No\""), ("null", "\"null\""), ("y", "\"y\""), ("~", "\"~\""),
        ("1", "\"1\""), ("0o17", "\"0o17\""), ("1e3", "\"1e3\""), (".inf", "\".inf\""), ("12:30", "\"12:30\""),
        ("*/5 * * * *", "\"*/5 * * * *\""), ("a: b", "\"a: b\""), ("a #b", "\"a #b\""), ("- a", "\"- a\""),
        ("a ", "\"a \""), (" a", "\" a\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("a\nb", "\"a\\nb\""), ("\t", "\"\\t\""),
        ("\u{85}\u{2028}\u{7f}", "\"\\u0085\\u2028\\u007f\""), ("größe", "\"größe\""), ("😀", "\"😀\""),
        ("$(JOB_NAME)", "\"$(JOB_NAME)\""), ("2026-11-21", "\"2026-11-21\""), ("=", "\"=\""), ("!a", "\"!a\""),
    ])
    func `writes a text so that nobody takes it for something else`(text: String, written: String) {
        #expect(YAMLText.scalar(text) == written)
    }

    @Test func `writes tables, lists and what is empty`() {
        let value: YAML = [
            "a": 1, "list": ["x", ["k": "v", "l": [true]], [["deep"]], []], "none": [:], "yes": "off",
        ]
        #expect(
            YAMLWriter.text(of: value) == """
                a: 1
                list:
                - x
                - k: v
                  l:
                  - true
                -
                  -
                    - deep
                - []
                none: {}
                "yes": "off"

                """)
    }

    @Test(arguments: [
        ("a\n b\n\nc\n", "t: |\n  a\n   b\n\n  c\n"), ("a\nb", "t: |-\n  a\n  b\n"),
        ("a\n\n", "t: |+\n  a\n\n"), ("# c\n[t]\nk = \"v\"\n", "t: |\n  # c\n  [t]\n  k = \"v\"\n"),
        (" a\nb\n", "t: \" a\\nb\\n\"\n"), ("a\r\nb\n", "t: \"a\\r\\nb\\n\"\n"), ("\n", "t: \"\\n\"\n"),
        ("\na\n", "t: \"\\na\\n\"\n"),
    ])
    func `writes several lines as they are, where that loses nothing`(text: String, written: String) {
        #expect(YAMLWriter.text(of: ["t": .text(text)]) == written)
    }

    @Test func `takes YAML over with its indentation`() {
        let value: YAML = ["spec": .verbatim("groups:\n- name: a\n  rules: []\n\n"), "b": 1]
        #expect(YAMLWriter.text(of: value) == "spec:\n  groups:\n  - name: a\n    rules: []\nb: 1\n")
    }
}
