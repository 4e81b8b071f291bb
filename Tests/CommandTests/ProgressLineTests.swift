import Synchronization
import Testing

@testable import rspipe

@Suite("Progress line")
struct ProgressLineTests {
  /// A clock that is set by hand.
  private final class Clock: Sendable {
    let time = Mutex(0.0)
    @Sendable func now() -> Double { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
  }

  private let clock = Clock()
  private let errors = Sink()

  private func line(
    _ detail: ProgressLine.Detail, isInteractive: Bool, width: Int = 80
  ) -> ProgressLine {
    let terminal = Terminal(
      isInteractive: isInteractive, width: width, output: { _ in }, errors: errors.add)
    return ProgressLine(terminal, detail: detail, now: clock.now)
  }

  private func runStage(_ line: ProgressLine) {
    line.began(stage: "train", scene: "hill")
    line.noted("3 windows")
    clock.advance(2)
    line.progressed(done: 1, total: 4, detail: "loss 0.31")
    clock.advance(2)
    line.ended(stage: "train", scene: "hill")
  }

  @Test("off a terminal nothing is told")
  func silent() {
    runStage(line(.usual, isInteractive: false))
    #expect(errors.text == "")
  }

  @Test("off a terminal each stage gets a line where that was asked for")
  func verbose() {
    runStage(line(.everything, isInteractive: false))
    #expect(
      errors.text == """
        rspipe: train hill: 3 windows
        rspipe: train hill: done in 4.0 s, loss 0.31

        """)
  }

  @Test("on a terminal one line is rewritten, and removed before others")
  func interactive() {
    runStage(line(.usual, isInteractive: true))
    #expect(
      errors.text == "\rtrain hill\u{1B}[K\r\u{1B}[Krspipe: train hill: 3 windows\n"
        + "\rtrain hill  25%  0.5/s  6.0 s left  loss 0.31\u{1B}[K"
        + "\r\u{1B}[Krspipe: train hill: done in 4.0 s, loss 0.31\n")
  }

  @Test("a quiet run tells nothing on a terminal either")
  func quiet() {
    runStage(line(.none, isInteractive: true))
    #expect(errors.text == "")
  }

  @Test("the line is drawn ten times a second at most, and cut to the terminal")
  func rate() {
    let line = line(.usual, isInteractive: true, width: 9)
    line.began(stage: "predict", scene: nil)
    for done in 1...10 {
      clock.advance(0.02)
      line.progressed(done: done, total: 10, detail: "")
    }
    line.clear()
    // after 0.2 s two lines at most
    #expect(errors.text.split(separator: "\r").count <= 4)
    #expect(errors.text.hasPrefix("\rpredict\u{1B}[K\rpredict \u{1B}[K"))
    #expect(errors.text.hasSuffix("\r\u{1B}[K"))
  }

  @Test(
    "durations are short",
    arguments: [
      (0.04, "0.0 s"), (9.9, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (61, "1 min 01 s"),
      (3599.6, "1 h 00 min"), (7800, "2 h 10 min"),
    ])
  func durations(_ seconds: Double, _ text: String) {
    #expect(ProgressLine.duration(seconds) == text)
  }

  @Test("without anything to do a stage is through")
  func nothing() {
    #expect(
      ProgressLine.text(title: "write", done: 0, total: 0, detail: "", seconds: 1) == "write  100%")
  }
}
