import Foundation
import JobModel
import Operations
import TestSupport
import Testing

@testable import Daemon

@Suite struct StatusPageTests {
    private let page = StatusPage()

    private func html(_ board: StatusBoard) -> String { page.html(board, formToken: "form") }

    @Test func `says first whether all is well`() {
        #expect(html(Boards.well).contains("All is well."))
        var board = Boards.well
        board.jobs[0].recent.insert(Boards.run("nightly", at: 7_000, .failed), at: 0)
        board.stores[0].isUp = false
        let text = html(board)
        #expect(text.contains("2 things need you."))
        #expect(text.contains("<title>(2) dbops: db1</title>"))
        #expect(text.contains("href=\"#job-nightly\""))
    }

    @Test func `tells what would be lost, and how long the way back takes`() {
        let text = html(Boards.well)
        #expect(text.contains("<dt>You would lose</dt><dd><b>19 min</b>"))
        #expect(text.contains("<dt>You are back in</dt><dd><b>42.5 s</b>"))
        #expect(text.contains("1 check passed, 1 skipped, 12 rows in 3 tables"))
    }

    @Test func `counts a proof of one copy for the others`() {
        var board = Boards.well
        var copy = Boards.backup("20261121T035000Z-bbbbbb", at: 6_600)
        copy.store = "offsite"
        copy.proof = board.jobs[0].backups?.last?.proof
        board.jobs[0].backups?.insert(copy, at: 1)
        #expect(board.jobs[0].newestBackup?.store == "offsite")
        #expect(html(board).contains("1.0 kB stored, proven"))
    }

    @Test func `says that nothing is proven where nothing is`() {
        var board = Boards.well
        board.jobs[0].backups?.removeLast()
        #expect(html(board).contains("no backup is proven"))
        board.jobs[0].backups = nil
        #expect(html(board).contains("the stores were not read yet"))
    }

    @Test func `writes no value as it is`() throws {
        let text = html(Boards.hostile)
        #expect(!text.contains("<script>alert"))
        #expect(text.contains("&lt;script&gt;alert"))
        #expect(!page.html(409, message: "<b>", hint: "<i>").contains("<b>"))
    }

    @Test(arguments: [false, true])
    func `needs nothing from elsewhere, and nothing inline that its policy forbids`(isHostile: Bool) {
        let text = html(isHostile ? Boards.hostile : Boards.well)
        #expect(text.matches(of: /<script[^>]*>[^<]/).isEmpty)
        #expect(text.matches(of: /<[a-z]+ (?:[^>]*\s)?(?:style|on[a-z]+)=/).isEmpty)
        #expect(text.matches(of: /(?:src|href|action)="(?:https?:)?\/\//).isEmpty)
        #expect(!text.contains("<style"))
    }

    @Test func `is well formed, with landmarks, and headings in their order`() throws {
        let text = html(Boards.hostile)
        for tag in [
            "main", "header", "footer", "section", "article", "svg", "g", "details", "form", "ul", "ol", "div", "dl",
        ] {
            let (opened, closed) = (
                text.matches(of: try Regex("<\(tag)[ >]")), text.matches(of: try Regex("</\(tag)>"))
            )
            #expect(opened.count == closed.count, "\(tag)")
        }
        #expect(text.matches(of: /<h1[ >]/).count == 1)
        let ids = text.matches(of: /\sid="([^"]*)"/).map { $0.1 }
        #expect(Set(ids).count == ids.count)
        for label in text.matches(of: /aria-labelledby="([^"]*)"/).map({ $0.1 }) { #expect(ids.contains(label)) }
        #expect(text.matches(of: /<svg[^>]*role="img"[^>]*aria-label="[^"]+"/).count == text.matches(of: /<svg/).count)
        #expect(!text.contains("{{"))
    }

    @Test func `shows how far a run has come`() {
        var board = Boards.well
        var progress = LiveProgress.State()
        (progress.phase, progress.bytesExpected, progress.bytesMoved) = ("copying 3 tables", 4_000, 1_000)
        board.jobs[0].running = [RunningRun(run: Boards.run("nightly", at: 7_100, nil), progress: progress)]
        let text = html(board)
        #expect(text.contains("copying 3 tables"))
        #expect(text.contains("<progress max=\"100\" value=\"25\""))
        #expect(text.contains("1.0 kB of about 4.0 kB"))
    }

    @Test func `draws each instant with what became of it`() {
        var job = Boards.well.jobs[0]
        job.recent[1].outcome = .missed
        job.recent[2].outcome = .failed
        let strip = CalendarStrip(of: job, now: Boards.now)
        #expect(
            strip.bars.map(\.kind) == ["succeeded", "succeeded", "failed", "missed", "succeeded", "coming", "coming"])
        #expect(strip.bars.map(\.hasDot) == [false, false, true, false, false, false, false])
        #expect(strip.summary == "The last 5 firings: 3 succeeded, 1 failed, 1 missed")
        #expect(strip.days.map(\.label) == ["21 Nov"])
        #expect(strip.bars[4].title == "21 Nov 03:50 UTC: succeeded, took 30.0 s")
    }

    @Test func `draws no line through fewer than two points`() {
        #expect(Trend("Size", [1]) { "\($0)" } == nil)
        let trend = Trend("Size", [0, 10, 5]) { "\(Int($0))" }
        #expect(trend?.points == "2.0,25.0 59.0,5.0 116.0,15.0")
        #expect(trend?.summary == "Size of the last 3: now 5, from 0 to 10")
        #expect(Trend("Size", [0, 0]) { "\($0)" }?.points == "2.0,25.0 116.0,25.0")
    }

    @Test(arguments: [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (3_599, "59 min"), (3_600, "1 h"), (11_520, "3 h 12 min"),
        (86_400, "1 d"), (187_200, "2 d 4 h"), (3_456_000, "40 d"), (-5, "0 s"),
    ])
    func `writes ages as people say them`(seconds: Int, text: String) {
        #expect(Ages.text(seconds) == text)
    }

    @Test func `names the worst first, and a pause last`() {
        var board = Boards.well
        board.jobs[1].isHeld = true
        board.jobs[0].timeBudgetInSeconds = 10
        board.jobFileRefusal = "unknown key"
        #expect(Concern.all(of: board).map(\.weight) == [.bad, .warn, .note])
        #expect(Concern.all(of: Boards.well) == [])
    }
}
