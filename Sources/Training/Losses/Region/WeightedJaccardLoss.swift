import Configuration

/// The soft Jaccard loss with weights of classes from how rare they are.
public struct WeightedJaccardLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "weighted_jaccard",
    summary: "The soft Jaccard loss in which rare classes weigh more: by default 1 / (K frequency).",
    formula: "mean over classes of w_k (1 - (I + e) / (P + Y - I + e))",
    source: "Lacombe et al. 2023, Improving Extreme Weather Events Detection",
    settings: [LossSettings.weight]
      + RegionLoss.sharedSettings.map {
        guard $0.key == "class_weight_rule" else { return $0 }
        return Setting(
          "class_weight_rule", $0.kind,
          "A rule that gives class_weights from the pixel counts of the training labels; one of both "
            + "must be written.")
      })

  private let region: RegionLoss

  /// Makes the loss; without weights it is refused, since it would be the Jaccard loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .product, alpha: 1, beta: 1)
    guard settings.optionalNumbers("class_weights") != nil else {
      throw LossError.conflict(
        loss: Self.component.name,
        reason: "it needs class_weights, or class_weight_rule: inverse; without weights write "
          + "'jaccard'")
    }
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
