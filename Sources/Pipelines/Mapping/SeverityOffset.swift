/// dNBR where nothing burned: what season, weather and haze changed between the images.
public struct SeverityOffset: Codable, Sendable, Equatable {
  /// What is subtracted from dNBR.
  public var value: Double
  /// Unburned pixels that it is the median of; 0 where it was given or could not be found.
  public var pixels: Int
  /// Vegetated pixels among which they were looked for.
  public var candidates: Int

  /// Fewer unburned pixels than this, or than a hundredth of the vegetated ones, say nothing.
  static let leastPixels = 100

  /// An offset that is given.
  init(given value: Double) { (self.value, pixels, candidates) = (value, 0, 0) }

  /// The offset from the dNBR of vegetated pixels.
  ///
  /// Of pixels below the threshold of low severity the median is taken. Where that is negative,
  /// pixels further above it than the threshold are left out in turn, until it falls no more. It
  /// never rises beyond the threshold: from dNBR alone a larger offset cannot be told from a scene
  /// that burned all over.
  ///
  /// - Parameters:
  ///   - histogram: dNBR of vegetated pixels.
  ///   - threshold: dNBR at which low severity begins.
  init(_ histogram: DifferenceHistogram, threshold: Double) {
    var found = histogram.median(below: threshold)
    while let last = found, last.value < 0,
      let next = histogram.median(below: last.value + threshold),
      next.value < last.value
    {
      found = next
    }
    self.init(found, candidates: histogram.count)
  }

  /// The offset from pixels that are known to be unburned.
  ///
  /// - Parameters:
  ///   - unburned: dNBR of vegetated pixels that did not burn.
  ///   - candidates: All vegetated pixels.
  init(unburned: DifferenceHistogram, candidates: Int) {
    self.init(unburned.median(below: .infinity), candidates: candidates)
  }

  private init(_ found: (value: Double, count: Int)?, candidates: Int) {
    self.candidates = candidates
    let least = max(SeverityOffset.leastPixels, (candidates + 99) / 100)
    if let found, found.count >= least {
      (value, pixels) = (found.value, found.count)
    } else {
      (value, pixels) = (0, 0)
    }
  }

  /// What a run says of an offset that was looked for.
  var text: String {
    pixels > 0
      ? "offset of dNBR \(decimals(value, 4)), the median of \(pixels) unburned pixels"
      : "offset of dNBR 0: of \(candidates) vegetated pixels too few look unburned; map more of the "
        + "surroundings, or set 'offset'"
  }
}

/// Counts of differences of an index in steps of 0.0005, for medians in constant memory.
struct DifferenceHistogram {
  /// Steps in one.
  private static let steps = 2000
  /// Values from -limit to limit are told apart.
  private static let limit = 2
  private var counts = [Int](repeating: 0, count: 2 * limit * steps)
  /// The values counted.
  private(set) var count = 0

  /// Adds a value that is not NaN; values beyond ±2 count as that.
  mutating func add(_ value: Float) {
    let bin = (Double(value) * Double(Self.steps)).rounded(.down) + Double(Self.limit * Self.steps)
    counts[Int(max(0, min(Double(counts.count - 1), bin)))] += 1
    count += 1
  }

  /// The median of the values below a limit, to half a step, and how many they are; nil: none.
  func median(below limit: Double) -> (value: Double, count: Int)? {
    let first = -Self.limit * Self.steps
    let end = (limit * Double(Self.steps)).rounded() - Double(first)
    let bins = counts.prefix(Int(max(0, min(Double(counts.count), end))))
    let total = bins.reduce(0, +)
    guard total > 0 else { return nil }
    var passed = 0
    for (bin, count) in bins.enumerated() {
      passed += count
      if 2 * passed >= total {
        // the middle of the step
        return (Double(2 * (first + bin) + 1) / Double(2 * Self.steps), total)
      }
    }
    return nil
  }
}
