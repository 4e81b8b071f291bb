import Configuration

/// The Tversky loss to a power, class by class.
public struct FocalTverskyLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "focal_tversky",
    summary: "The Tversky loss to a power, class by class, for small regions.",
    formula: "(1 - (I + e) / (I + alpha (P - I) + beta (Y - I) + e))^gamma",
    source: "Abraham and Khan (arXiv 1810.07842), whose 1/gamma is gamma here; defaults of "
      + "Lacombe et al., Improving extreme weather events detection (arXiv 2304.00176)",
    settings: [
      LossSettings.weight,
      Setting(
        "form", .choice(["product", "l1"]), default: "product",
        "How overlap is measured: product as published, l1 right for soft labels too."),
      Setting("alpha", .number(0...1e3), default: "0.3", "The weight of false positives."),
      Setting("beta", .number(0...1e3), default: "0.7", "The weight of false negatives."),
      Setting(
        "gamma", .number(0.1...10), default: "4",
        "The power of each class's loss: above 1 hard classes count more, below 1 easy ones."),
    ] + RegionLoss.settings(without: ["gamma"]))

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
