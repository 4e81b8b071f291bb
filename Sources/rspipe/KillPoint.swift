import Glibc
import Pipelines
import Synchronization

/// Watches a run and sends the process a signal at a chosen point, so that tests can see what a run
/// leaves behind that ends there.
///
/// `RSPIPE_SIGNAL_AT=train:3:9` sends signal 9 when the stage `train` tells of its progress for the
/// third time; `train:0:9` when it begins.
final class KillPoint: RunObserver {
  private let observer: any RunObserver
  private let stage: String
  private let count: Int
  private let signal: Int32
  private let seen = Mutex((stage: "", count: 0))

  /// Watches as the environment asks for; nil if it does not.
  init?(_ observer: any RunObserver, environment: String? = KillPoint.variable) {
    let parts = environment?.split(separator: ":").map(String.init) ?? []
    guard parts.count == 3, let count = Int(parts[1]), let signal = Int32(parts[2]) else {
      return nil
    }
    self.observer = observer
    self.count = count
    self.signal = signal
    stage = parts[0]
  }

  func began(stage: String, scene: String?) {
    observer.began(stage: stage, scene: scene)
    seen.withLock { $0 = (stage, 0) }
    reach()
  }

  func progressed(done: Int, total: Int, detail: String) {
    observer.progressed(done: done, total: total, detail: detail)
    seen.withLock { $0.count += 1 }
    reach()
  }

  func noted(_ text: String) { observer.noted(text) }
  func ended(stage: String, scene: String?) { observer.ended(stage: stage, scene: scene) }
  func skipped(stage: String, scene: String?) { observer.skipped(stage: stage, scene: scene) }

  private func reach() {
    if seen.withLock({ $0 == (stage, count) }) { raise(signal) }
  }

  private static var variable: String? { getenv("RSPIPE_SIGNAL_AT").map { String(cString: $0) } }
}
