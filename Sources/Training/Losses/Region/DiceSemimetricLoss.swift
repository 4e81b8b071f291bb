import Configuration

/// The Dice semimetric loss: Dice that is least where soft labels are met.
public struct DiceSemimetricLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "dml",
    summary: "The Dice semimetric loss: Dice for soft labels, least where prediction and label agree.",
    formula: """
      l1: 1 - (T + e) / ((P + Y) / 2 + e), T = (P + Y - L) / 2
      l1_product: 1 - (I + e) / (I + L / 2 + e)
      """,
    source: "Wang et al., Dice Semimetric Losses (arXiv 2303.16296)",
    settings: [
      LossSettings.weight,
      Setting("form", .choice(["l1", "l1_product"]), default: "l1", "How overlap is measured."),
    ] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name,
      form: settings.text("form") == "l1" ? .l1 : .l1Product, alpha: 0.5, beta: 0.5)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
