import Glibc
import Pipelines
import Synchronization

/// Tells how a run goes: on a terminal by one line that is rewritten, elsewhere by a line for each
/// stage if that was asked for.
final class ProgressLine: RunObserver {
  /// How much is told.
  enum Detail: Sendable {
    /// Nothing.
    case none
    /// What suits the terminal: nothing where there is none.
    case usual
    /// A line for each stage, and notes, wherever it goes.
    case everything
  }

  private struct State {
    var title = ""
    var detail = ""
    var start = 0.0
    var lastDrawn = -1.0
    var isDrawn = false
  }

  /// Seconds between two drawings.
  private static let interval = 0.1

  private let terminal: Terminal
  private let detail: Detail
  private let now: @Sendable () -> Double
  private let state = Mutex(State())

  /// Makes a progress line.
  ///
  /// - Parameter now: Seconds of a clock that never goes back.
  init(
    _ terminal: Terminal, detail: Detail, now: @escaping @Sendable () -> Double = ProgressLine.clock
  ) {
    self.terminal = terminal
    self.detail = detail
    self.now = now
  }

  func began(stage: String, scene: String?) {
    state.withLock {
      $0 = State(title: ([stage] + (scene.map { [$0] } ?? [])).joined(separator: " "), start: now())
      guard terminal.isInteractive, detail != .none else { return }
      draw($0.title, &$0)
    }
  }

  func progressed(done: Int, total: Int, detail text: String) {
    state.withLock {
      $0.detail = text
      guard terminal.isInteractive, detail != .none else { return }
      guard now() - $0.lastDrawn >= ProgressLine.interval else { return }
      draw(
        ProgressLine.text(
          title: $0.title, done: done, total: total, detail: text, seconds: now() - $0.start), &$0)
    }
  }

  func noted(_ text: String) {
    state.withLock { say($0.title.isEmpty ? text : "\($0.title): \(text)", &$0) }
  }

  func ended(stage: String, scene: String?) {
    state.withLock {
      let time = ProgressLine.duration(now() - $0.start)
      say("\($0.title): done in \(time)" + ($0.detail.isEmpty ? "" : ", \($0.detail)"), &$0)
    }
  }

  func skipped(stage: String, scene: String?) {
    guard detail == .everything else { return }
    state.withLock {
      say(([stage] + (scene.map { [$0] } ?? [])).joined(separator: " ") + ": up to date", &$0)
    }
  }

  /// Removes the line, before anything else is written.
  func clear() {
    state.withLock {
      guard $0.isDrawn else { return }
      $0.isDrawn = false
      terminal.write("\r\u{1B}[K")
    }
  }

  /// `train fire  62%  4.1/s  3 min left  loss 0.31`.
  static func text(
    title: String, done: Int, total: Int, detail: String, seconds: Double
  ) -> String {
    var parts = [title, "\(total > 0 ? min(100, 100 * done / total) : 100)%"]
    if done > 0, seconds > 0 {
      let rate = Double(done) / seconds
      parts.append("\(decimals(rate, rate < 10 ? 1 : 0))/s")
      if done < total { parts.append("\(duration(Double(total - done) / rate)) left") }
    }
    if !detail.isEmpty { parts.append(detail) }
    return parts.joined(separator: "  ")
  }

  /// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`.
  static func duration(_ seconds: Double) -> String {
    guard seconds >= 9.95 else { return "\(decimals(max(0, seconds), 1)) s" }
    let whole = Int(min(seconds, 1e12).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min \(two(whole % 60)) s" }
    return "\(whole / 3600) h \(two(whole / 60 % 60)) min"
  }

  private func say(_ line: String, _ state: inout State) {
    guard detail == .everything || (detail == .usual && terminal.isInteractive) else { return }
    if state.isDrawn { terminal.write("\r\u{1B}[K") }
    state.isDrawn = false
    terminal.report(line)
  }

  private func draw(_ text: String, _ state: inout State) {
    state.lastDrawn = now()
    state.isDrawn = true
    // a line as wide as the terminal would wrap, and could not be rewritten
    terminal.write("\r\(text.prefix(max(1, terminal.width - 1)))\u{1B}[K")
  }

  /// Seconds since the machine started.
  static let clock: @Sendable () -> Double = {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

extension ProgressLine {
  /// What `--quiet` and `--verbose` ask for.
  convenience init(_ terminal: Terminal, _ arguments: Arguments) {
    self.init(
      terminal,
      detail: arguments.has(.quiet) ? .none : arguments.has(.verbose) ? .everything : .usual)
  }
}
