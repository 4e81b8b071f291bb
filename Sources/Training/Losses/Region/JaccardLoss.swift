import Configuration

/// The soft Jaccard loss, one minus the intersection over union of soft regions.
public struct JaccardLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "jaccard",
    summary: "The soft Jaccard loss, one minus the intersection over union of soft regions.",
    formula: "1 - (I + e) / (P + Y - I + e): region with form product, alpha = beta = 1",
    source: "Rahman and Wang 2016, Optimizing Intersection-Over-Union in Deep Neural Networks",
    settings: [LossSettings.weight] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .product, alpha: 1, beta: 1)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
