import Configuration

/// The Dice semimetric loss, right for soft labels too and equal to dice for hard ones.
public struct DiceSemimetricLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "dice_semimetric",
    summary: "The Dice semimetric loss, right for soft labels too and equal to dice for hard ones.",
    formula: "1 - (P + Y - L + 2e) / (P + Y + 2e): region with form l1, alpha = beta = 0.5",
    source: "Wang et al., Dice Semimetric Losses (arXiv 2303.16296)",
    settings: [LossSettings.weight] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .l1,
      alpha: 0.5, beta: 0.5)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
