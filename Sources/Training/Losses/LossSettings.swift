import Configuration

/// The keys that several losses share.
enum LossSettings {
  /// The factor of a loss within a sum; read by ``WeightedSum``, so every loss declares it.
  static let weight = Setting(
    "weight", .number(0...1e6), default: "1", "The factor of this loss within a sum of losses.")

  /// Numbers for the classes, or a rule that gives them: see ``ClassWeights``.
  static let classWeights = [
    Setting(
      "class_weights", .list(.number(0...1e9), count: 1...254),
      "The weight of each class, in class order; left out, every class weighs 1."),
    Setting(
      "class_weight_rule", .choice(ClassWeightRule.allCases.map(\.rawValue)),
      "A rule that gives class_weights from the pixel counts of the training labels."),
    Setting(
      "class_weight_beta", .number(0...0.999_999_999), default: "0.999",
      "The beta of the rule effective_number."),
  ]

  /// How far labels are moved towards the uniform distribution.
  static let smoothing = Setting(
    "smoothing", .number(0...1), default: "0",
    "The share of each label that is spread evenly over the classes.")

  /// Reads `class_weights`, one per class, or nil if neither weights nor a rule are set.
  static func readClassWeights(
    _ settings: Settings, loss: String, classes: Int
  ) throws -> [Double]? {
    if let rule = settings.optionalText("class_weight_rule") {
      throw LossError.unresolvedRule(loss: loss, rule: rule)
    }
    guard let weights = settings.optionalNumbers("class_weights") else { return nil }
    guard weights.count == classes else {
      throw LossError.weightCount(loss: loss, expected: classes, found: weights.count)
    }
    return weights
  }
}
