import Configuration

/// The Poly-1 loss: cross-entropy whose first polynomial coefficient is changed.
public struct PolyLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "poly1",
    summary: "The Poly-1 loss: cross-entropy plus epsilon times the probability of being wrong.",
    formula: """
      sum of w_y (-log p_y + epsilon (1 - p_y)) / sum of w_y over the pixels that are not ignored
      soft labels: -sum_k t_k log p_k, sum_k t_k p_k for p_y and sum_k t_k w_k for w_y
      smoothing e: t is (1 - e) t + e/K, but not in the weights
      """,
    source: "Leng et al., PolyLoss (arXiv 2204.12511)",
    settings: [
      LossSettings.weight,
      Setting(
        "epsilon", .number(-1...1e3), default: "1",
        "The factor of 1 - p; 0 gives the cross-entropy."),
    ] + LossSettings.outcomeWeights + [LossSettings.smoothing]
      + LossSettings.boundarySmoothing)

  private let loss: PixelLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    var loss = PixelLoss(classes: classes)
    if let weights = try LossSettings.readOutcomeWeights(
      settings, loss: Self.component.name, classes: classes)
    {
      loss.classWeights = weights
      loss.scalesPixels = true
    }
    loss.epsilon = settings.number("epsilon")
    loss.smoothing = settings.number("smoothing")
    self.loss = loss
  }

  /// Computes the value and adds the gradient; where all weights of the labels are 0, both are 0.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    loss.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
