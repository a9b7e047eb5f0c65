import Foundation
import JobModel
import Operations
import Synchronization

/// Shows progress on standard error: one live line on a terminal, plain lines elsewhere, nothing but warnings when
/// quiet.
final class ProgressDisplay: ProgressReporter {
    enum Style: Sendable {
        case live
        case plain
        case quiet
    }

    private struct State {
        var phase = ""
        var items = 0
        var finishedItems = 0
        var bytes: Int = 0
        var expectedBytes: Int = 0
        var startedAt = ContinuousClock.now
        var drawnAt: ContinuousClock.Instant?
        var hasLine = false
    }

    private let style: Style
    private let isVerbose: Bool
    private let state = Mutex(State())
    private static let redrawInterval = Duration.milliseconds(100)

    init(style: Style, isVerbose: Bool) {
        self.style = style
        self.isVerbose = isVerbose
    }

    func report(_ event: ProgressEvent) {
        state.withLock { state in
            switch event {
            case .phase(let text):
                state.phase = text
                if style == .plain { StandardError.write(text) }
            case .expected(let items, let bytes):
                (state.items, state.finishedItems) = (items, 0)
                (state.bytes, state.expectedBytes) = (0, bytes)
                state.startedAt = .now
            case .moved(let bytes):
                state.bytes += Int(bytes)
            case .finished(let item, let rows, let bytes):
                state.finishedItems += 1
                if isVerbose {
                    say("  \(item): \(Quantities.count(rows)) rows, \(Quantities.bytes(bytes))", &state)
                }
            case .warning(let text):
                say("Warning: \(text)", &state)
            case .plan: break
            case .note(let text):
                if style != .quiet { say(text, &state) }
            }
            if style == .live { draw(&state) }
        }
    }

    /// Takes the live line away.
    func finish() {
        state.withLock { clear(&$0) }
    }

    private func say(_ text: String, _ state: inout State) {
        clear(&state)
        StandardError.write(text)
    }

    private func clear(_ state: inout State) {
        guard state.hasLine else { return }
        StandardError.writeRaw("\r\u{1B}[K")
        state.hasLine = false
        state.drawnAt = nil
    }

    private func draw(_ state: inout State) {
        let now = ContinuousClock.now
        if let drawnAt = state.drawnAt, now - drawnAt < Self.redrawInterval { return }
        StandardError.writeRaw("\r\u{1B}[K" + Self.line(state, now: now))
        state.hasLine = true
        state.drawnAt = now
    }

    private static func line(_ state: State, now: ContinuousClock.Instant) -> String {
        guard state.items > 0, state.bytes > 0 else { return state.phase }
        let elapsed =
            Double((now - state.startedAt).components.seconds) + 0.001
            + Double((now - state.startedAt).components.attoseconds) / 1e18
        let rate = Double(state.bytes) / elapsed
        var line = "\(state.phase): \(state.finishedItems)/\(state.items), \(Quantities.bytes(state.bytes))"
        line += ", \(Quantities.bytes(Int(rate)))/s"
        if state.expectedBytes > state.bytes, rate > 0 {
            line += ", about \(Quantities.seconds(Double(state.expectedBytes - state.bytes) / rate)) left"
        }
        return line
    }
}
