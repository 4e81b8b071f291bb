/// A memory of unit vectors of each class from earlier steps: a ring for each, first in, first out.
///
/// Samples of a step are pushed after its loss, so that no step meets its own.
public struct ClassQueue: Sendable, Equatable {
  /// The number of vectors that a class keeps.
  public let capacity: Int
  /// Elements of a vector.
  public let channels: Int
  /// For each class how many slots are filled.
  public private(set) var filled: [Int]
  /// For each class the slot that the next vector takes.
  public private(set) var next: [Int]
  /// (classes, capacity, channels); slots not filled yet are 0.
  public private(set) var vectors: [Double]

  /// Makes empty rings.
  public init(classes: Int, capacity: Int, channels: Int) {
    precondition(
      classes > 0 && capacity > 0 && channels > 0,
      "a queue of \(classes) classes, \(capacity) vectors of \(channels) channels")
    self.capacity = capacity
    self.channels = channels
    filled = Array(repeating: 0, count: classes)
    next = filled
    vectors = Array(repeating: 0, count: classes * capacity * channels)
  }

  /// Adds vectors of one class in order; the oldest give way.
  ///
  /// - Parameters:
  ///   - added: (count, channels), of length 1.
  ///   - class: Their class.
  public mutating func push(_ added: [Double], class k: Int) {
    precondition(added.count % channels == 0, "\(added.count) elements of \(channels) channels")
    for start in stride(from: 0, to: added.count, by: channels) {
      let slot = (k * capacity + next[k]) * channels
      vectors.replaceSubrange(slot..<slot + channels, with: added[start..<start + channels])
      next[k] = (next[k] + 1) % capacity
      filled[k] = min(filled[k] + 1, capacity)
    }
  }

  /// The filled slots of a class, (filled, channels), in slot order.
  public func samples(class k: Int) -> ArraySlice<Double> {
    let start = k * capacity * channels
    return vectors[start..<start + filled[k] * channels]
  }
}
