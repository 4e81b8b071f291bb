/// How probabilities become classes.
public enum ClassRule: Sendable, Equatable {
  /// The class with the greatest probability; the first of equals.
  case greatest
  /// The second of two classes where its probability reaches the threshold.
  case threshold(Double)

  /// The class of each pixel, 255 where not observed.
  ///
  /// - Parameters:
  ///   - probabilities: Class after class of `count` pixels, NaN where not observed.
  ///   - count: Pixels.
  public func classes(_ probabilities: [Float], count: Int) -> [UInt8] {
    let classCount = probabilities.count / count
    return (0..<count).map { pixel in
      guard !probabilities[pixel].isNaN else { return ClassList.notObserved }
      switch self {
      case .threshold(let threshold):
        return Double(probabilities[count + pixel]) >= threshold ? 1 : 0
      case .greatest:
        var best = 0
        for k in 1..<classCount
        where probabilities[k * count + pixel] > probabilities[best * count + pixel] {
          best = k
        }
        return UInt8(best)
      }
    }
  }
}
