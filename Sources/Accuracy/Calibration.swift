import Glibc

/// How well predicted probabilities match observed frequencies, from pixels counted one by one.
///
/// Sums only are kept, so tiles merge to the whole. A pixel's confidence is its largest
/// probability; a confidence c falls into bin min(floor(c * bins), bins - 1) of equal widths.
public struct Calibration: Sendable {
  /// One bin that has pixels.
  public struct Bin: Sendable, Equatable {
    /// The bin's number, 0 for the least confident.
    public let index: Int
    /// The pixels in it.
    public let count: Int
    /// The share of them whose most probable class is right.
    public let accuracy: Double
    /// Their mean confidence.
    public let confidence: Double
  }

  /// Pixels of a bin, how many of them came true, and the sum of their probabilities.
  private struct Sums {
    var count = 0
    var trueCount = 0
    var probability = 0.0

    mutating func add(_ probability: Double, isTrue: Bool) {
      count += 1
      trueCount += isTrue ? 1 : 0
      self.probability += probability
    }

    mutating func merge(_ other: Sums) {
      count += other.count
      trueCount += other.trueCount
      probability += other.probability
    }

    /// |accuracy - confidence| times the count.
    var weightedGap: Double { abs(Double(trueCount) - probability) }
  }

  /// The number of classes n, at least 2; one sigmoid channel p is passed as (1 - p, p).
  public let classCount: Int
  /// The number of bins of equal width.
  public let binCount: Int
  /// The pixels counted.
  public private(set) var total = 0
  private var confidenceSums: [Sums]
  /// By class, then bin.
  private var classSums: [Sums]
  private var squaredErrorSum = 0.0
  private var logLossSum = 0.0

  /// Makes an empty calibration.
  ///
  /// - Parameters:
  ///   - classCount: The number of classes, 2 to 256.
  ///   - binCount: The number of bins, at least 1.
  public init(classCount: Int, binCount: Int = 15) {
    precondition((2...256).contains(classCount), "a calibration of \(classCount) classes")
    precondition(binCount >= 1, "a calibration with \(binCount) bins")
    self.classCount = classCount
    self.binCount = binCount
    confidenceSums = [Sums](repeating: Sums(), count: binCount)
    classSums = [Sums](repeating: Sums(), count: classCount * binCount)
  }

  /// Counts pixels; the calibration is unchanged if it throws.
  ///
  /// - Parameters:
  ///   - probabilities: (pixels, classes), each 0 to 1; a pixel's sum is not checked.
  ///   - reference: The label of each pixel.
  ///   - ignored: The label of pixels that are not counted and whose probabilities do not matter.
  /// - Throws: `AccuracyError` for a label beyond the classes or a value that is no probability.
  public mutating func add(
    probabilities: [Float], reference: [UInt8], ignoring ignored: UInt8? = 255
  ) throws(AccuracyError) {
    precondition(
      probabilities.count == reference.count * classCount,
      "\(probabilities.count) probabilities for \(reference.count) pixels of \(classCount) classes")
    var sum = Calibration(classCount: classCount, binCount: binCount)
    for (pixel, label) in reference.enumerated() where label != ignored {
      guard label < classCount else {
        throw .unknownClass(.reference, value: label, pixel: pixel, classCount: classCount)
      }
      let row = probabilities[pixel * classCount..<(pixel + 1) * classCount]
      for (channel, value) in row.enumerated() where !(value >= 0 && value <= 1) {
        throw .invalidProbability(value, pixel: pixel, channel: channel)
      }
      sum.count(row, label: Int(label))
    }
    merge(sum)
  }

  /// Adds the pixels of another calibration of as many classes and bins.
  public mutating func merge(_ other: Calibration) {
    precondition(
      other.classCount == classCount && other.binCount == binCount,
      "cannot merge \(other.classCount) classes in \(other.binCount) bins "
        + "into \(classCount) in \(binCount)")
    total += other.total
    squaredErrorSum += other.squaredErrorSum
    logLossSum += other.logLossSum
    for bin in confidenceSums.indices { confidenceSums[bin].merge(other.confidenceSums[bin]) }
    for bin in classSums.indices { classSums[bin].merge(other.classSums[bin]) }
  }

  private mutating func count(_ row: ArraySlice<Float>, label: Int) {
    var best = 0
    var confidence = -1.0
    for (channel, value) in row.enumerated() {
      let probability = Double(value)
      if probability > confidence { (best, confidence) = (channel, probability) }
      let isTrue = channel == label
      classSums[channel * binCount + bin(probability)].add(probability, isTrue: isTrue)
      let error = probability - (isTrue ? 1 : 0)
      squaredErrorSum += error * error
    }
    confidenceSums[bin(confidence)].add(confidence, isTrue: best == label)
    // A softmax in single precision underflows to 0; the least normal number keeps the sum finite.
    let likelihood = max(row[row.startIndex + label], Float.leastNormalMagnitude)
    logLossSum -= log(Double(likelihood))
    total += 1
  }

  private func bin(_ probability: Double) -> Int {
    min(Int(probability * Double(binCount)), binCount - 1)
  }
}

extension Calibration {
  /// The bins that have pixels, from the least confident: the reliability diagram.
  public var bins: [Bin] {
    table(confidenceSums[...])
  }

  /// The reliability diagram of one class: bins of its probability, with the share of pixels that
  /// are of it as their accuracy.
  public func bins(ofClass index: Int) -> [Bin] {
    precondition((0..<classCount).contains(index), "class \(index) of \(classCount)")
    return table(classSums[index * binCount..<(index + 1) * binCount])
  }

  private func table(_ sums: ArraySlice<Sums>) -> [Bin] {
    sums.enumerated().filter { $1.count > 0 }.map { index, sums in
      Bin(
        index: index, count: sums.count,
        accuracy: Double(sums.trueCount) / Double(sums.count),
        confidence: sums.probability / Double(sums.count))
    }
  }

  /// A metric's score; nil if no pixel was counted.
  ///
  /// - Parameter metric: A metric whose rule needs probabilities.
  public func score(_ metric: Metric) -> Double? {
    guard case .calibration(let rule) = metric.rule else {
      preconditionFailure("metric '\(metric.name)' is not computed from probabilities")
    }
    return rule(self)
  }

  var expectedError: Double? { average(confidenceSums.reduce(0) { $0 + $1.weightedGap }) }

  var maximumError: Double? { bins.map { abs($0.accuracy - $0.confidence) }.max() }

  var classwiseError: Double? {
    average(classSums.reduce(0) { $0 + $1.weightedGap } / Double(classCount))
  }

  var brierScore: Double? { average(squaredErrorSum) }

  var negativeLogLikelihood: Double? { average(logLossSum) }

  private func average(_ sum: Double) -> Double? { total == 0 ? nil : sum / Double(total) }
}
