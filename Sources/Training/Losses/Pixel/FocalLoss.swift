import Configuration

/// The focal loss: cross-entropy in which pixels that are right already count little.
public struct FocalLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "focal",
    summary: "The focal loss: cross-entropy in which pixels that are right already count little.",
    formula: """
      mean over the pixels that are not ignored of sum_k a_k t_k (1 - p_k)^gamma (-log p_k)
      one channel: a y (1 - p)^gamma softplus(-z) + (1 - a) (1 - y) p^gamma softplus(z)
      smoothing e: t is (1 - e) t + e/K
      """,
    source: "Lin et al., Focal Loss for Dense Object Detection (arXiv 1708.02002)",
    settings: [
      LossSettings.weight,
      Setting(
        "gamma", .number(0...20), default: "2",
        "The power of 1 - p; 0 gives the cross-entropy."),
      Setting(
        "alpha", .list(.number(0...1e9), count: 1...254),
        "The factor of each class, in class order; with one output channel one number from 0 to 1 "
          + "for the foreground, the background taking the rest. Left out, every factor is 1."),
    ] + LossSettings.outcomeWeights + [LossSettings.smoothing]
      + LossSettings.boundarySmoothing)

  private let loss: PixelLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    var loss = PixelLoss(classes: classes)
    let weights = try LossSettings.readOutcomeWeights(settings, loss: name, classes: classes)
    if let weights { loss.classWeights = weights }
    if let alpha = settings.optionalNumbers("alpha") {
      guard weights == nil else {
        throw LossError.conflict(
          loss: name, reason: "alpha and class_weights say the same: set one of them")
      }
      loss.classWeights = try Self.factors(alpha, classes: classes)
    }
    loss.gammas = loss.gammas.map { _ in settings.number("gamma") }
    loss.smoothing = settings.number("smoothing")
    self.loss = loss
  }

  private static func factors(_ alpha: [Double], classes: Int) throws -> [Double] {
    if classes == 1, alpha.count == 1, alpha[0] <= 1 { return [1 - alpha[0], alpha[0]] }
    guard classes > 1, alpha.count == classes else {
      throw LossError.conflict(
        loss: component.name,
        reason: classes == 1
          ? "alpha of a model with one output channel is one number from 0 to 1"
          : "alpha has \(alpha.count) \(alpha.count == 1 ? "number" : "numbers"), but the model "
            + "has \(classes) classes: give one number for each")
    }
    return alpha
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    loss.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
