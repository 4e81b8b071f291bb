extension Metric {
  /// Expected calibration error.
  public static let expectedCalibrationError = Metric(
    "ece", "Mean gap between confidence and accuracy over bins of confidence.",
    formula: "sum_b (n_b / n) |accuracy_b - confidence_b|", better: .lower,
    .calibration { $0.expectedError })

  /// Maximum calibration error.
  public static let maximumCalibrationError = Metric(
    "mce", "Largest gap between confidence and accuracy of any bin.",
    formula: "max_b |accuracy_b - confidence_b|", better: .lower,
    .calibration { $0.maximumError })

  /// Class-wise expected calibration error.
  public static let classwiseCalibrationError = Metric(
    "classwise_ece", "Mean over classes of the gap between probability and frequency of a class.",
    formula: "mean_k sum_b (n_kb / n) |frequency_kb - probability_kb|", better: .lower,
    .calibration { $0.classwiseError })

  /// Brier score, summed over classes.
  public static let brierScore = Metric(
    "brier", "Mean squared distance of the probabilities from the truth, summed over classes.",
    formula: "mean over pixels of sum_k (p_k - [label = k])^2", better: .lower,
    .calibration { $0.brierScore })

  /// Mean negative log-likelihood of the labels.
  public static let negativeLogLikelihood = Metric(
    "nll", "Mean negative log-likelihood of the labels; probabilities below 1.2e-38 count as that.",
    formula: "mean over pixels of -log p_label", better: .lower,
    .calibration { $0.negativeLogLikelihood })
}
