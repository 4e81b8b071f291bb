import Configuration

/// The soft Dice loss, one minus the F1 score of soft regions.
public struct DiceLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "dice",
    summary: "The soft Dice loss, one minus the F1 score of soft regions.",
    formula: "1 - (I + e) / ((P + Y) / 2 + e): region with form product, alpha = beta = 0.5",
    source: "Milletari et al., V-Net (arXiv 1606.04797)",
    settings: [LossSettings.weight] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .product, alpha: 0.5, beta: 0.5)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
