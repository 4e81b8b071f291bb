import Configuration

/// The Jaccard metric loss, right for soft labels too and equal to jaccard for hard ones.
public struct JaccardMetricLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "jml",
    summary:
      "The Jaccard metric loss, right for soft labels too and equal to jaccard for hard ones.",
    formula: "1 - (P + Y - L + 2e) / (P + Y + L + 2e): region with form l1, alpha = beta = 1",
    source: "Wang et al., Jaccard Metric Losses (arXiv 2302.05666)",
    settings: [LossSettings.weight] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .l1, alpha: 1, beta: 1)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
