import Glibc

/// Vectors scaled to length 1, with the way back of their gradients.
struct UnitVectors {
  /// Vectors shorter than this are divided by it instead of by their length.
  private static let leastLength = 1e-12

  /// The number of vectors.
  let count: Int
  /// Elements of a vector.
  let channels: Int
  /// (count, channels): v / max(|v|, 1e-12).
  private(set) var values: [Double]
  private var lengths: [Double]

  /// Scales vectors, (count, channels).
  init(_ vectors: [Double], channels: Int) {
    precondition(vectors.count % channels == 0, "\(vectors.count) elements of \(channels)")
    self.channels = channels
    count = vectors.count / channels
    values = vectors
    lengths = []
    for vector in 0..<count {
      let range = vector * channels..<(vector + 1) * channels
      let length = vectors[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      lengths.append(length)
      for index in range { values[index] /= max(length, Self.leastLength) }
    }
  }

  /// The gradient by the vectors as they were, from that by the scaled ones.
  func unscaled(_ gradient: [Double]) -> [Double] {
    var result = gradient
    for vector in 0..<count {
      let range = vector * channels..<(vector + 1) * channels
      let length = max(lengths[vector], Self.leastLength)
      // a vector that is not scaled to length 1 keeps the part along itself
      let along =
        lengths[vector] < Self.leastLength
        ? 0 : range.reduce(0) { $0 + values[$1] * gradient[$1] }
      for index in range { result[index] = (gradient[index] - along * values[index]) / length }
    }
    return result
  }
}
