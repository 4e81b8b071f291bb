/// Who watches a run: the terminal, a log, or nobody.
public protocol RunObserver: AnyObject, Sendable {
  /// A stage begins for a scene, or for the pipeline where `scene` is nil.
  func began(stage: String, scene: String?)
  /// Some of the stage's work is done.
  ///
  /// - Parameters:
  ///   - done: Units done.
  ///   - total: Units in all.
  ///   - detail: Something to show beside it: `loss 0.31, IoU 0.86`.
  func progressed(done: Int, total: Int, detail: String)
  /// Something worth a line.
  func noted(_ text: String)
  /// The stage ended.
  func ended(stage: String, scene: String?)
  /// The stage was skipped: what it would give is there.
  func skipped(stage: String, scene: String?)
}

extension RunObserver {
  /// Does nothing.
  public func skipped(stage: String, scene: String?) {}
}

/// Nobody.
public final class SilentObserver: RunObserver {
  /// Makes nobody.
  public init() {}
  /// Does nothing.
  public func began(stage: String, scene: String?) {}
  /// Does nothing.
  public func progressed(done: Int, total: Int, detail: String) {}
  /// Does nothing.
  public func noted(_ text: String) {}
  /// Does nothing.
  public func ended(stage: String, scene: String?) {}
}
