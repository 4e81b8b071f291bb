import Configuration

/// The Tversky loss: overlap in which false positives and false negatives weigh differently.
public struct TverskyLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "tversky",
    summary: "Overlap in which missed pixels weigh more than false ones, for rare classes.",
    formula: "1 - (I + e) / (I + alpha (P - I) + beta (Y - I) + e): region with form product",
    source: "Salehi, Erdogmus and Gholipour 2017 (arXiv 1706.05721)",
    settings: [LossSettings.weight] + errorWeights + RegionLoss.sharedSettings)

  /// The keys of the weights of both kinds of error.
  static let errorWeights = [
    Setting("alpha", .number(0...1e3), default: "0.3", "The weight of false positives."),
    Setting("beta", .number(0...1e3), default: "0.7", "The weight of false negatives."),
  ]

  private let region: RegionLoss

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    region = try RegionLoss(
      settings, classes: classes, name: Self.component.name, form: .product,
      alpha: settings.number("alpha"), beta: settings.number("beta"))
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    region.evaluate(batch, weight: weight, addingTo: gradient)
  }
}
