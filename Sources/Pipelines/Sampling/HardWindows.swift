import Training

/// The windows of the epoch before with the greatest loss, which are drawn more often.
///
/// Losses are collected while an epoch runs and ranked when it has ended, so that no draw depends on
/// how far the thread that draws is ahead.
struct HardWindows {
  /// A window that was drawn.
  struct Draw: Codable, Equatable {
    /// The position of its scene among those that train.
    let scene: Int
    /// Its first column and row.
    let x: Int
    let y: Int
  }

  /// What is drawn from, hardest first.
  private(set) var ranked: [Draw] = []
  private var losses: [ImageLoss] = []

  /// The most that are kept, and the share of an epoch's windows that is.
  private static let limit = (count: 256, share: 4)

  /// Notes what a step said of its windows.
  mutating func note(_ losses: [ImageLoss]) { self.losses += losses }

  /// Ranks what was noted.
  ///
  /// - Parameter drawn: By the number of a batch, what its images were.
  mutating func rank(_ drawn: [Int: [Draw]]) {
    let found = losses.compactMap { loss -> (draw: Draw, loss: Double)? in
      guard let draws = drawn[loss.batch], draws.indices.contains(loss.image) else { return nil }
      return (draws[loss.image], loss.loss)
    }
    losses = []
    guard !found.isEmpty else { return }
    let count = max(1, min(HardWindows.limit.count, found.count / HardWindows.limit.share))
    ranked = found.enumerated().sorted {
      ($1.element.loss, $0.offset) < ($0.element.loss, $1.offset)
    }.prefix(count).map(\.element.draw)
  }

  /// Goes on with what a stopped training had.
  mutating func restore(_ ranked: [Draw]) { self.ranked = ranked }
}
