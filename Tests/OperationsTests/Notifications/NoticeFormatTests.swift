import Foundation
import JobModel
import TestSupport
import Testing

@testable import Operations

@Suite struct NoticeFormatTests {
    private func missed() throws -> Notice {
        var runs = (0..<3).map { Run.example(due: $0 * 3_600, outcome: .missed, reason: .down) }
        runs.append(.named("cccccccccccc", outcome: .skipped, reason: .overlap))
        return try #require(try Notice.missed(runs.reversed()))
    }

    // MARK: - Webhook

    @Test func `writes a failure for a webhook`() throws {
        let expected = #"""
            {"at":"2026-11-21T03:01:40Z","event":"failed","id":"aaaaaaaaaaaa.failed","job":"nightly","kind":\#
            "backup","run":{"attempts":3,"ended_at":"2026-11-21T03:01:40Z","host":"db1","id":"aaaaaaaaaaaa",\#
            "message":"could not write <shop> & \"café\": No space left on device","missed_firings":2,"outco\#
            me":"failed","reason":null,"report":{"backup":null,"bytes_raw":null,"bytes_stored":null,"failed_\#
            checks":[],"rows":null,"seconds":null,"tables":null,"url":null,"warnings":[]},"scheduled_at":"20\#
            26-11-21T02:00:00Z","seconds":3700,"started_at":"2026-11-21T02:00:00Z","trigger":"schedule"},"ru\#
            nbook":"runbooks/backup-failed.md","staleness":null,"text":"could not write <shop> & \"café\": No space left on device\n\nDue: 2026-11\#
            -21T02:00:00Z\nStarted: 2026-11-21T02:00:00Z\nEnded: 2026-11-21T03:01:40Z\nTook: 1 h 1 min\nAtte\#
            mpts: 3\nMakes up for: 2 missed before\nHost: db1\nRun: aaaaaaaaaaaa\n\nSee dbops log aaaaaaaaaa\#
            aa, and runbooks/backup-failed.md.\n","title":"Backup nightly failed","unstarted":null,"version":1}
            """#
        let json = try WebhookBody(notice: .failure).value.json()
        #expect(json == expected)
    }

    @Test func `writes what was made for a webhook`() throws {
        let json = try WebhookBody(notice: .recovery).value.json()
        #expect(
            json.contains(
                #""report":{"backup":"20261121T020000Z-k3v7qa","bytes_raw":41234567890,"bytes_stored":9123456789,"#
                    + #""failed_checks":[],"rows":12345678,"seconds":61.5,"tables":42,"#
                    + #""url":"s3://acme/prod/nightly/20261121T020000Z-k3v7qa","#
                    + #""warnings":["the table public.big was locked for 3 s"]}"#))
    }

    @Test func `writes many missed runs for a webhook as one`() throws {
        let json = try WebhookBody(notice: missed()).value.json()
        #expect(
            json.contains(
                #""unstarted":{"count":4,"first_at":"2026-11-21T02:00:00Z","host":"#
                    + #""db1","last_at":"2026-11-21T04:00:00Z","shares":"#
                    + #"[{"count":3,"outcome":"missed","reason":"down"},"#
                    + #"{"count":1,"outcome":"skipped","reason":"overlap"}]}"#), "\(json)")
        #expect(json.contains(#""run":null"#))
        #expect(json.contains(#""title":"Backup nightly did not run 4 times""#))
    }

    @Test func `writes staleness for a webhook`() throws {
        let json = try WebhookBody(notice: .stale).value.json()
        #expect(
            json.contains(
                #""staleness":{"age_seconds":108000,"concern":"backup","known_since":"2026-11-10T16:00:00Z","#
                    + #""limit_seconds":93600,"newest_at":"2026-11-19T20:00:00Z"}"#), "\(json)")
        #expect(json.contains(#""title":"No good backup of nightly for 30 h""#))
    }

    @Test func `has every key in every notice for a webhook`() throws {
        func keys(_ notice: Notice) -> Set<String> {
            guard case .object(let members) = WebhookBody(notice: notice).value else { return [] }
            return Set(members.keys)
        }
        #expect(keys(.failure).count == 12)
        for notice in [Notice.recovery, .stale, .test(of: "ops", at: .example(0)), try missed()] {
            #expect(keys(notice) == keys(.failure))
        }
    }

    @Test func `signs a body with its timestamp`() {
        let signature = WebhookSignature.text(body: Array(#"{"a":1}"#.utf8), timestamp: 1_795_226_400, secret: "whsec")
        #expect(signature == "sha256=d2db606e2209426100f522ba3f5996677b2d91355a09b5351f6aae5f1256a369")
    }

    // MARK: - Slack

    @Test func `writes a failure for Slack`() throws {
        let expected = #"""
            {"blocks":[{"text":{"emoji":true,"text":":red_circle: Backup nightly failed","type":"plain_text"\#
            },"type":"header"},{"text":{"text":"could not write &lt;shop&gt; &amp; \"café\": No space left o\#
            n device","type":"mrkdwn","verbatim":true},"type":"section"},{"fields":[{"text":"*Due*\n2026-11-\#
            21T02:00:00Z","type":"mrkdwn","verbatim":true},{"text":"*Started*\n2026-11-21T02:00:00Z","type":\#
            "mrkdwn","verbatim":true},{"text":"*Ended*\n2026-11-21T03:01:40Z","type":"mrkdwn","verbatim":tru\#
            e},{"text":"*Took*\n1 h 1 min","type":"mrkdwn","verbatim":true},{"text":"*Attempts*\n3","type":"\#
            mrkdwn","verbatim":true},{"text":"*Makes up for*\n2 missed before","type":"mrkdwn","verbatim":tr\#
            ue},{"text":"*Host*\ndb1","type":"mrkdwn","verbatim":true},{"text":"*Run*\naaaaaaaaaaaa","type":\#
            "mrkdwn","verbatim":true}],"type":"section"},{"elements":[{"text":"See dbops log aaaaaaaaaaaa, and \#
            runbooks/backup-failed.md.","type":"mrkdwn","verbatim":true}],"type":"context"}],"text":"Backup nightly failed: could not wr\#
            ite &lt;shop&gt; &amp; \"café\": No space left on device"}
            """#
        let json = try SlackBody(notice: .failure).value.json()
        #expect(json == expected)
    }

    @Test func `cuts texts for Slack between characters, and never inside an entity`() {
        #expect(SlackBody.escaped("a<b>&", limit: 100) == "a&lt;b&gt;&amp;")
        #expect(SlackBody.escaped("aaaa<<<", limit: 10) == "aaaa&lt;…")
        #expect(SlackBody.escaped(String(repeating: "&", count: 5_000), limit: 2_900).utf16.count <= 2_900)
        #expect(SlackBody.escaped(String(repeating: "🙂", count: 5_000), limit: 2_900).utf16.count <= 2_900)
    }

    // MARK: - healthchecks.io

    @Test func `calls the address of a check that fits what happened`() throws {
        let base = "https://hc.example/ping/1234/"
        func path(_ notice: Notice) -> String {
            String(HealthchecksPing(notice: notice).url(base: base).dropFirst(base.count - 1).prefix { $0 != "?" })
        }
        let run = RunFacts(.named("aaaaaaaaaaaa", outcome: nil))
        func about(_ event: NotifierSettings.Event) -> Notice {
            Notice(event: event, job: "nightly", kind: "backup", at: .example(0), subject: .run(run))
        }
        #expect(path(about(.started)) == "/start")
        #expect(path(about(.succeeded)) == "")
        #expect(path(about(.recovered)) == "")
        #expect(path(about(.failed)) == "/fail")
        #expect(path(about(.partial)) == "/fail")
        #expect(path(about(.verificationFailed)) == "/fail")
        #expect(path(about(.missed)) == "/log")
        #expect(path(try missed()) == "/log")
        #expect(path(.stale) == "/fail")
        #expect(path(.test(of: "hc", at: .example(0))) == "/log")
    }

    @Test func `gives start and end of one run the same id, and keeps a query`() {
        let ended = HealthchecksPing(notice: .failure).url(base: "https://hc.example/1?create=1")
        let run = RunFacts(.named("aaaaaaaaaaaa", outcome: nil))
        let start = Notice(event: .started, job: "nightly", kind: "backup", at: .example(0), subject: .run(run))
        let started = HealthchecksPing(notice: start).url(base: "https://hc.example/1?create=1")
        #expect(ended.replacing("/fail?", with: "/start?") == started)
        let id = ended.split(separator: "rid=").last.map(String.init) ?? ""
        #expect(ended.hasPrefix("https://hc.example/1/fail?create=1&rid="))
        #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }

    @Test func `writes a failure for a check`() {
        #expect(
            HealthchecksPing(notice: .failure).body == """
                Backup nightly failed

                could not write <shop> & "café": No space left on device

                Due: 2026-11-21T02:00:00Z
                Started: 2026-11-21T02:00:00Z
                Ended: 2026-11-21T03:01:40Z
                Took: 1 h 1 min
                Attempts: 3
                Makes up for: 2 missed before
                Host: db1
                Run: aaaaaaaaaaaa

                See dbops log aaaaaaaaaaaa, and runbooks/backup-failed.md.

                """)
    }

    // MARK: - Mail

    private func mail(_ notice: Notice, from: String = "dbops@example.com") -> String {
        let text = MailText(notice: notice, from: from, to: ["ops@example.com", "b@example.com"], date: .example(0))
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test func `writes a failure as a mail`() {
        #expect(
            mail(.failure).replacing("\r\n", with: "\n") == """
                Date: Sat, 21 Nov 2026 02:00:00 +0000
                From: dbops@example.com
                To: ops@example.com,
                 b@example.com
                Subject: [dbops] Backup nightly failed
                Message-ID: <27a047d63901f27ab4e4dfc01e23b47c@example.com>
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable

                Backup nightly failed

                could not write <shop> & "caf=C3=A9": No space left on device

                Due: 2026-11-21T02:00:00Z
                Started: 2026-11-21T02:00:00Z
                Ended: 2026-11-21T03:01:40Z
                Took: 1 h 1 min
                Attempts: 3
                Makes up for: 2 missed before
                Host: db1
                Run: aaaaaaaaaaaa

                See dbops log aaaaaaaaaaaa, and runbooks/backup-failed.md.


                """)
    }

    @Test func `ends every line of a mail with CR and LF, and has none too long`() {
        var run = Run.named("aaaaaaaaaaaa", outcome: .failed)
        run.message = String(repeating: "é lang ", count: 1_000) + "\r\nzwei\nthree\rfour"
        let notice = Notice(
            event: .failed, job: "nightly", kind: "backup", at: .example(0), subject: .run(RunFacts(run)))
        let bytes = Array(mail(notice).utf8)
        for index in bytes.indices {
            if bytes[index] == 10 { #expect(bytes[index - 1] == 13) }
            if bytes[index] == 13 { #expect(bytes[index + 1] == 10) }
        }
        #expect(bytes.split(separator: 10).allSatisfy { $0.count <= 79 })
    }

    @Test func `lets no name begin another header`() {
        let notice = Notice(
            event: .failed, job: "x\r\nBcc: all@example.com\r\n\r\nhello", kind: "backup", at: .example(0),
            subject: .run(RunFacts(.named("aaaaaaaaaaaa", outcome: .failed))))
        let head = mail(notice).components(separatedBy: "\r\n\r\n")[0]
        #expect(!head.contains("\r\nBcc"))
        #expect(head.contains("Message-ID:"))
        #expect(head.contains("Content-Transfer-Encoding:"))
    }

    @Test func `writes headers that are not ASCII in encoded words`() {
        #expect(MailHeader.text("plain", after: 9) == "plain")
        #expect(MailHeader.text("Sicherung für Übung", after: 9) == "=?UTF-8?B?U2ljaGVydW5nIGbDvHIgw5xidW5n?=")
        #expect(MailHeader.text("=?UTF-8?B?eA==?=", after: 9).hasPrefix("=?UTF-8?B?PT9"))
        let long = MailHeader.text(String(repeating: "ü🙂", count: 60), after: 9)
        #expect(long.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    }

    @Test(arguments: [
        ("a=b", ["a=3Db"]), ("blank ", ["blank=20"]), ("", [""]), ("ü", ["=C3=BC"]),
        (String(repeating: "x", count: 80), [String(repeating: "x", count: 75) + "=", "xxxxx"]),
    ])
    func `encodes quoted-printable`(text: String, lines: [String]) {
        #expect(QuotedPrintable.lines(of: text) == lines)
    }

    // MARK: - All

    @Test func `makes one line of what a detail holds`() {
        #expect(NoticeText.oneLine("a\r\nb\u{0}c\td") == "a b c d")
    }

    @Test func `reads the facts of a report, and nothing of a text that is none`() {
        #expect(ReportFacts(report: "no JSON") == ReportFacts())
        #expect(ReportFacts(report: #"{"rows":"many","tables":3}"#).tables == 3)
        let verified = ReportFacts(
            report: #"{"checks":[{"name":"rows","verdict":"failed"},{"name":"toc","verdict":"passed"}]}"#)
        #expect(verified.failedChecks == ["rows"])
    }
}
