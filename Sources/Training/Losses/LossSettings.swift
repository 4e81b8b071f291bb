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

  /// The same for losses that, with one output channel, weigh the background too.
  static let outcomeWeights =
    [
      Setting(
        "class_weights", .list(.number(0...1e9), count: 1...254),
        "The weight of each class, in class order, with one output channel of the background and "
          + "the foreground; left out, every class weighs 1.")
    ] + classWeights.dropFirst()

  /// How far labels are moved towards the uniform distribution.
  static let smoothing = Setting(
    "smoothing", .number(0...1), default: "0",
    "The share of each label that is spread evenly over the classes.")

  /// Label smoothing where regions meet, for losses that take soft labels: ``BoundarySmoothing``.
  ///
  /// ``WeightedSum`` reads and applies it, so that a loss only declares the keys.
  static let boundarySmoothing = [
    Setting(
      "boundary_smoothing", .number(0...1), default: "0",
      "The share of each label at the boundary of a region that is spread evenly over the classes. "
        + "Above 0 all labels count as soft ones."),
    Setting(
      "boundary_width", .integer(3...255), default: "3", unit: "pixels",
      "The side of the window that makes a boundary of pixels with another class in it; odd."),
  ]

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

  /// Reads `class_weights` of ``outcomeWeights``, or nil if neither weights nor a rule are set.
  static func readOutcomeWeights(
    _ settings: Settings, loss: String, classes: Int
  ) throws -> [Double]? {
    guard classes == 1 else {
      return try readClassWeights(settings, loss: loss, classes: classes)
    }
    let weights = settings.optionalNumbers("class_weights")
    if let weights, weights.count != 2 {
      throw LossError.conflict(
        loss: loss,
        reason: "class_weights of a model with one output channel are two numbers, of the "
          + "background and of the foreground")
    }
    return try readClassWeights(settings, loss: loss, classes: 2)
  }
}
