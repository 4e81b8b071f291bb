/// Probabilities of a class counted in fine bins: as much memory for an archive as for a tile.
///
/// Bin k of n holds k/n <= p < (k + 1)/n, the last one 1 as well; with a power of two every
/// threshold k/n gives exactly the counts that it gives on the probabilities themselves. AUROC and
/// average precision take the pixels of a bin as ties.
public struct ScoreHistogram: Sendable, Equatable {
  /// The number of bins.
  public let binCount: Int
  private var positives: [Int]
  private var negatives: [Int]

  /// Makes an empty histogram.
  ///
  /// - Parameter binCount: The number of bins, at least 1 and at most 2^24: a Float tells no more.
  public init(binCount: Int = 65_536) {
    precondition((1...16_777_216).contains(binCount), "a histogram of \(binCount) bins")
    self.binCount = binCount
    positives = [Int](repeating: 0, count: binCount)
    negatives = positives
  }

  /// Counts pixels; the histogram is unchanged if it throws.
  ///
  /// - Parameters:
  ///   - probabilities: The probability of the class, one a pixel, 0 to 1.
  ///   - reference: The label of each pixel.
  ///   - positive: The class; all other labels are its negatives.
  ///   - ignored: The label of pixels that are not counted and whose probabilities do not matter.
  /// - Throws: `AccuracyError.invalidProbability` for a value that is no probability.
  public mutating func add(
    probabilities: [Float], reference: [UInt8], positive: UInt8 = 1,
    ignoring ignored: UInt8? = 255
  ) throws(AccuracyError) {
    precondition(
      probabilities.count == reference.count,
      "\(probabilities.count) probabilities for \(reference.count) labels")
    for (pixel, label) in reference.enumerated() where label != ignored {
      let value = probabilities[pixel]
      guard value >= 0 && value <= 1 else {
        throw .invalidProbability(value, pixel: pixel, channel: Int(positive))
      }
    }
    for (pixel, label) in reference.enumerated() where label != ignored {
      let bin = min(Int(Double(probabilities[pixel]) * Double(binCount)), binCount - 1)
      if label == positive { positives[bin] += 1 } else { negatives[bin] += 1 }
    }
  }

  /// Adds the pixels of a histogram of as many bins.
  public mutating func merge(_ other: ScoreHistogram) {
    precondition(
      other.binCount == binCount, "cannot merge \(other.binCount) bins into \(binCount)")
    for bin in 0..<binCount {
      positives[bin] += other.positives[bin]
      negatives[bin] += other.negatives[bin]
    }
  }

  /// The bins in order, each by its least probability.
  public var ranked: RankedScores {
    RankedScores(
      groups: (0..<binCount).reversed().map { bin in
        RankedScores.Group(
          score: Float(Double(bin) / Double(binCount)), positives: positives[bin],
          negatives: negatives[bin])
      })
  }
}
