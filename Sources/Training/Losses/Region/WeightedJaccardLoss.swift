import Configuration

/// The soft Jaccard loss as a weighted mean of the classes.
public struct WeightedJaccardLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "weighted_jaccard",
    summary: "The soft Jaccard loss as a weighted mean of the classes: unlike in jaccard, the "
      + "weights are scaled to a mean of 1.",
    formula: "1 - (I + e) / (P + Y - I + e) per class, times w_k K / sum of w: region with form "
      + "product, alpha = beta = 1",
    source: "Lacombe et al., Improving extreme weather events detection with light-weight neural "
      + "networks (arXiv 2304.00176)",
    settings: [LossSettings.weight] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .product, alpha: 1, beta: 1,
      scalesWeights: true)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
