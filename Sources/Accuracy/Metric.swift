/// A measure of how well a map agrees with its reference: its name, its meaning and its rule.
///
/// One metric is one declaration (in `ClassMetrics.swift` and its neighbours) and one line in the
/// list `metrics`. A score of 0/0 is nil: not defined, never a silent 0 or NaN.
public struct Metric: Sendable {
  /// What a metric is computed from.
  public enum Rule: Sendable {
    /// One number for each class, from the counts of all pixels.
    case perClass(@Sendable (ConfusionMatrix, _ class: Int) -> Double?)
    /// One number, from the counts of all pixels.
    case overall(@Sendable (ConfusionMatrix) -> Double?)
    /// One number, from the counts of every image.
    case images(@Sendable (FineGrainedIoU) -> Double?)
    /// One number, from the probabilities of every pixel.
    case calibration(@Sendable (Calibration) -> Double?)
    /// One number, from the order of the scores of a class.
    case ranking(@Sendable (RankedScores) -> Double?)
    /// One number, from the pixels near boundaries.
    case boundary(@Sendable (BoundaryIoU) -> Double?)
  }

  /// Which way a metric improves.
  public enum Direction: Sendable {
    /// Larger is better.
    case higher
    /// Smaller is better.
    case lower
  }

  /// The name as written in YAML and reports, in `lower_snake_case`.
  public let name: String
  /// One sentence that says what it measures.
  public let summary: String
  /// The formula in plain text.
  ///
  /// TP, FP, FN: pixels of class k mapped as k, others mapped as k, and k mapped as others; n: all
  /// pixels; r_k and p_k: pixels of k in the reference and in the map.
  public let formula: String
  /// Whether a larger or a smaller value is better.
  public let better: Direction
  /// How it is computed.
  public let rule: Rule

  init(
    _ name: String, _ summary: String, formula: String, better: Direction = .higher,
    _ rule: Rule
  ) {
    self.name = name
    self.summary = summary
    self.formula = formula
    self.better = better
    self.rule = rule
  }

  /// The score of one class; nil where it is 0/0.
  func score(_ matrix: ConfusionMatrix, of index: Int) -> Double? {
    guard case .perClass(let rule) = rule else {
      preconditionFailure("metric '\(name)' has no score per class")
    }
    return rule(matrix, index)
  }

  /// The metric of a name, or nil.
  public static func named(_ name: String) -> Metric? { metrics.first { $0.name == name } }
}

/// Every metric, in the order in which reports list them.
public let metrics: [Metric] = [
  .iou, .f1, .precision, .recall,
  .overallAccuracy, .meanAccuracy, .meanPrecision, .meanIoU, .meanF1, .kappa,
  .frequencyWeightedIoU,
  .changeIoU, .noChangeIoU, .changeMeanIoU, .changeF1, .changeKappa, .separatedKappa,
  .semanticChangeF1, .semanticChangeScore,
  .boundaryIoU,
  .datasetMeanIoU, .imageMeanIoU, .classMeanIoU, .worstImageMeanIoU, .worstClassMeanIoU,
  .expectedCalibrationError, .maximumCalibrationError, .classwiseCalibrationError, .brierScore,
  .negativeLogLikelihood,
  .areaUnderROC, .averagePrecision,
]

extension ConfusionMatrix {
  /// A metric's score of each class; nil where it is 0/0.
  ///
  /// - Parameter metric: A metric whose rule is per class.
  public func classScores(_ metric: Metric) -> [Double?] {
    (0..<classCount).map { metric.score(self, of: $0) }
  }

  /// A metric's score of the whole matrix; nil where it is 0/0.
  ///
  /// - Parameter metric: A metric whose rule is overall.
  public func score(_ metric: Metric) -> Double? {
    guard case .overall(let rule) = metric.rule else {
      preconditionFailure("metric '\(metric.name)' is not computed from one matrix as a whole")
    }
    return rule(self)
  }
}

/// The quotient, nil for a denominator of 0.
func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
  denominator == 0 ? nil : Double(numerator) / Double(denominator)
}

/// The mean of the scores that are defined, nil if none is.
func mean(_ scores: [Double?]) -> Double? {
  let defined = scores.compactMap { $0 }
  return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
}
