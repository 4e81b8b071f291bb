import Configuration

/// The Tversky loss, which weighs false positives and false negatives apart.
public struct TverskyLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "tversky",
    summary: "The Tversky loss, which weighs false positives and false negatives apart.",
    formula: "1 - (I + e) / (I + alpha (P - I) + beta (Y - I) + e): region with a choice of form",
    source: "Salehi et al., Tversky loss function (arXiv 1706.05721)",
    settings: [
      LossSettings.weight,
      Setting(
        "form", .choice(["product", "l1"]), default: "product",
        "How overlap is measured: product as published, l1 right for soft labels too."),
      Setting("alpha", .number(0...1e3), default: "0.3", "The weight of false positives."),
      Setting("beta", .number(0...1e3), default: "0.7", "The weight of false negatives."),
    ] + RegionLoss.sharedSettings)

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name,
      form: RegionForm(rawValue: settings.text("form")) ?? .product,
      alpha: settings.number("alpha"), beta: settings.number("beta"))
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
