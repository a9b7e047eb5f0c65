import JobModel
import Testing

@testable import JobFile

/// A line that is added to a good job file, and what is said of it.
struct Slip: CustomTestStringConvertible, Sendable {
    let text: String
    let complaints: [String]

    init(_ text: String, _ complaints: String...) {
        self.text = text
        self.complaints = complaints
    }

    var testDescription: String { text }
    var found: [String] { Decoding.faults(of: Decoding.good + text) }
    var expected: [String] { complaints.map { "dbops.toml:\($0)" } }
}

@Suite struct FaultTests {
    @Test func `takes a good file`() {
        #expect(Decoding.faults(of: Decoding.good) == [])
    }

    @Test(arguments: [
        Slip("retantion = 5", #"14:1: unknown key "retantion" (did you mean "retention"?)"#),
        Slip("zzz = 5", #"14:1: unknown key "zzz""#),
        Slip("  timeot = \"1h\"", #"14:3: unknown key "timeot" (did you mean "timeout"?)"#),
        Slip("retention = { lats = 7, daily = 1 }", #"14:15: unknown key "lats" (did you mean "last"?)"#),
        Slip("[daemon.x]", #"14:1: unknown key "x""#),
        Slip("[job.x]\nkind = \"backup\"", #"14:1: unknown key "job" (did you mean "jobs"?)"#),
        Slip("amcheck = true", #"14:1: "amcheck" is a key of jobs of kind verify, not backup"#),
        Slip("globals = \"some\"", #"14:1: "globals" takes true, false or "without-passwords""#),
        Slip("which = \"random\"", #"14:1: "which" is a key of jobs of kind verify, not backup"#),
        Slip(
            "[notifiers.m]\nkind = \"email\"\nhost = \"mail\"\nfrom = \"a@example.com\"\nto = [\"jürgen@example.com\"]",
            #"18:1: "jürgen@example.com" is not a mail address that can be used: NAME@HOST, in ASCII"#),
        Slip(
            "[jobs.m]\nkind = \"advise\"\ndatabase = \"shop\"\nonly = [\"unused-indx\"]\nfail_on = \"bad\"\n"
                + "suppress = [{ id = \"unused-index\" }, { id = \"x\", until = \"soon\" }]",
            #"17:9: no check is called "unused-indx" (did you mean "unused-index"?)"#,
            #"18:1: "fail_on" takes notice, warning or critical, not "bad""#,
            #"19:13: a suppression needs "until": its last day"#,
            #"19:40: no check is called "x""#,
            #"19:50: "until" takes a day such as 2027-01-31, not "soon""#),
        Slip(
            "[jobs.m]\nkind = \"maintain\"\ndatabase = \"shop\"\nvacuum = \"some\"\ncost_limit = 0",
            #"17:1: "vacuum" takes needed, all or off, not "some""#,
            #"18:1: "cost_limit" takes a whole number from 1 to 10000, found the whole number 0"#),
        Slip(
            "[jobs.m]\nkind = \"maintain\"\ndatabase = \"shop\"\nvacuum = \"off\"\nanalyze = \"off\"",
            #"14:1: [jobs.m] does nothing: vacuum, analyze and reindex are all "off""#),
        Slip(
            "[jobs.m]\nkind = \"bakup\"",
            #"15:1: "kind" takes backup, verify, prune, maintain, clean, advise or sql, not "bakup" (did you mean "backup"?)"#
        ),
        Slip(
            "[jobs.m]\ndatabase = \"shop\"",
            #"14:1: [jobs.m] needs "kind": backup, verify, prune, maintain, clean, advise or sql"#),
        Slip(
            "[jobs.m]\nkind = \"backup\"", #"14:1: [jobs.m] needs "database""#, #"14:1: [jobs.m] needs "stores""#),
        Slip("[jobs.m]\nkind = \"verify\"", #"14:1: [jobs.m] needs "of": the backup job that it proves"#),
        Slip("[databases.d]", #"14:1: [databases.d] needs "url": a libpq URL or conninfo"#),
        Slip("[stores.s]", #"14:1: [stores.s] needs "url": s3://BUCKET/PREFIX or file:///PATH"#),
        Slip(
            "[stores.s]\nurl = \"s3://b\"\nstorage_class = \"X\"",
            #"16:1: "storage_class" is not supported by this version"#),
        Slip(
            "[stores.s]\nurl = \"s3://b\"\ncredentials = \"web-identity\"",
            #"16:1: credentials = "web-identity" is not supported by this version"#),
    ])
    func `names unknown and missing keys`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test(arguments: [
        Slip("workers = \"four\"", #"14:1: "workers" takes a whole number from 1 to 64, found a string"#),
        Slip(
            "max_rate = \"fast\"", #"14:1: "max_rate" takes bytes a second such as "50MB" or "64MiB", not "fast""#),
        Slip("max_rate = \"1kB\"", #"14:1: "max_rate" takes 100 kB to 1.0 TB, not 1kB"#),
        Slip(
            "max_rate = 50",
            #"14:1: "max_rate" takes bytes a second such as "50MB" or "64MiB", found the whole number 50"#),
        Slip(
            "[stores.s]\nurl = \"file:///x\"\nmax_parts = 1000", #"16:1: "max_parts" goes with s3:// stores only"#),
        Slip("workers = 0", #"14:1: "workers" takes a whole number from 1 to 64, found the whole number 0"#),
        Slip("workers = 2.5", #"14:1: "workers" takes a whole number from 1 to 64, found the number 2.5"#),
        Slip("paused = \"yes\"", #"14:1: "paused" takes true or false, found a string"#),
        Slip("notify = \"ops\"", #"14:1: "notify" takes an array of strings, ["…"], found a string"#),
        Slip("notify = [\"\"]", #"14:11: "notify" takes strings, found an empty one"#),
        Slip(
            "exclude_tables = [\n  \"a\",\n  5,\n]", #"16:3: "exclude_tables" takes strings, found the whole number 5"#),
        Slip("retention = 7", #"14:1: "retention" takes a table, { … }, found the whole number 7"#),
        Slip(
            "compression = \"libdeflate:13\"",
            #"14:1: "compression" takes gzip, libdeflate:1 to libdeflate:12, zlib:1 to zlib:9, or none; not "libdeflate:13""#
        ),
        Slip(
            "compression = \"libdeflat:5\"",
            #"14:1: "compression" takes gzip, libdeflate:1 to libdeflate:12, zlib:1 to zlib:9, or none; not "libdeflat:5" (did you mean "libdeflate:5"?)"#
        ),
        Slip("timezone = \"\"", #"14:1: "timezone" is empty"#),
        Slip(
            "timeout = 5",
            #"14:1: "timeout" takes a duration such as "90s", "15m", "12h" or "30d", found the whole number 5"#),
        Slip("timeout = \"5\"", #"14:1: "timeout" takes a duration such as "90s", "15m", "12h" or "30d", not "5""#),
        Slip("timeout = \"0s\"", #"14:1: "timeout" takes 1s to 366d, not 0s"#),
        Slip(
            "timeout = \"5 min\"",
            #"14:1: "timeout" takes a duration such as "90s", "15m", "12h" or "30d", not "5 min""#),
        Slip(
            "timeout = 2026-11-21",
            #"14:1: "timeout" takes a duration such as "90s", "15m", "12h" or "30d", found the day 2026-11-21"#),
        Slip(
            "overlap = \"skp\"",
            #"14:1: "overlap" takes skip, queue, replace or allow, not "skp" (did you mean "skip"?)"#),
        Slip("catch_up = true", #"14:1: "catch_up" takes one of one, all or none, found true"#),
        Slip("shrink_limit = 0.0", #"14:1: "shrink_limit" takes a number above 0, at most 1, found the number 0.0"#),
        Slip("shrink_limit = nan", #"14:1: "shrink_limit" takes a number above 0, at most 1, found the number nan"#),
        Slip(
            "retention = { last = -1, daily = 3 }",
            #"14:15: "last" takes a whole number from 0 to 100000, found the whole number -1"#),
        Slip("[[notifiers]]\nkind = \"slack\"", #"14:1: "notifiers" takes tables, [notifiers.NAME], found an array"#),
        Slip("[jobs]\nx = 5", #"15:1: "x" takes a table, { … }, found the whole number 5"#),
    ])
    func `names wrong types and values, with what was found`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test(arguments: [
        Slip(
            "timezone = \"Europe/Berln\"", #"14:1: there is no time zone "Europe/Berln" (did you mean Europe/Berlin?)"#),
        Slip(
            "timezone = \"CEST\"",
            #"14:1: "CEST" is not the IANA name of a time zone (name a place whose clocks are meant, such as Europe/Berlin or America/New_York, or UTC; abbreviations are ambiguous, and offsets know no daylight saving)"#
        ),
        Slip("every = \"1h\"", #"14:1: "schedule" and "every" exclude each other: keep one of them"#),
        Slip("catch_up_limit = 3", #"14:1: "catch_up_limit" goes with catch_up = "all""#),
        Slip(
            "catch_up = \"none\"\ncatch_up_within = \"3h\"",
            #"15:1: "catch_up_within" is of no use with catch_up = "none""#),
        Slip(
            "spread = \"2h\"\nwindow = \"1h\"",
            #"14:1: "spread" is longer than "window", so firings could be moved out of it"#),
    ])
    func `names times that cannot be`(slip: Slip) {
        #expect(slip.found == slip.expected)
    }

    @Test func `refuses a retention that would delete every backup`() {
        let message = "this retention would delete every backup: keep at least one, for instance { last = 7 }"
        for text in ["{}", "{ last = 0 }", "{ last = 0, daily = 0, within = \"0s\" }"] {
            #expect(Decoding.faults(of: Decoding.good + "retention = \(text)") == ["dbops.toml:14:1: \(message)"])
        }
        #expect(Decoding.faults(of: Decoding.good + "retention = { within = \"1d\" }") == [])
    }

    @Test(arguments: [
        ("postgresql", "b b = 1"), ("", "timeout = = 3"), ("", "x = \"a"), ("", "[jobs.nightly]"),
    ])
    func `says where a text is no TOML`(_: String, text: String) {
        let found = Decoding.faults(of: Decoding.good + text)
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("dbops.toml:14:"), "\(found)")
        #expect(found[0].contains("not TOML: "), "\(found)")
    }

    @Test func `names all faults at once, in the order of the file`() {
        let text = """
            [stores.a]
            url = "ftp://x"
            [jobs."a b"]
            kind = "backup"
            database = "shop"
            stores = []
            timeout = 5
            [daemon]
            timezon = "UTC"
            """
        let places = Decoding.faults(of: text).map { $0.split(separator: ":")[1...2].joined(separator: ":") }
        #expect(places == ["2:1", "3:1", "5:1", "6:1", "7:1", "9:1"])
    }

    @Test(arguments: ["nightly@latest", "a/b", ".a", "-a", "", "a b", "20261121T020000Z-k3v7qa", "kind:backup", "ä"])
    func `refuses a name that would not do as a folder or a word of a command`(name: String) {
        let text = "[jobs.\"\(name)\"]\nkind = \"prune\"\n"
        #expect(Decoding.faults(of: text).count == 1)
        #expect(Decoding.faults(of: text).first?.hasPrefix("dbops.toml:1:1: ") == true)
    }

    @Test func `counts columns by characters, and lines past long strings`() {
        let text = "daemon = { \"timezone\" = \"UTC\", 'ä' = 1, x = \"\"\"\n\nä\"\"\", y = 2 }\n"
        #expect(
            Decoding.faults(of: text) == [
                "dbops.toml:1:32: unknown key \"ä\"", "dbops.toml:1:41: unknown key \"x\"",
                "dbops.toml:3:7: unknown key \"y\"",
            ])
    }

    @Test func `refuses zero characters, at which C would stop reading`() {
        #expect(
            Decoding.faults(of: "[daemon]\nstate = \"/a\\u0000b\"") == ["dbops.toml:2:12: not TOML: no such character"])
        #expect(Decoding.faults(of: "[daemon]\n\u{0}state = 5").count == 1)
    }
}
