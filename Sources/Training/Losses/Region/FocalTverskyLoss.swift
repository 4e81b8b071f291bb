import Configuration

/// The focal Tversky loss: the Tversky loss of each class to a power.
public struct FocalTverskyLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "focal_tversky",
    summary: "The Tversky loss to a power: classes that overlap well already count less.",
    formula: "(1 - (I + e) / (I + alpha (P - I) + beta (Y - I) + e))^gamma, the power for each class",
    source: "Abraham and Khan 2018 (arXiv 1810.07842); weights and power of Lacombe et al. 2023, "
      + "Improving Extreme Weather Events Detection",
    settings: [LossSettings.weight] + TverskyLoss.errorWeights
      + RegionLoss.sharedSettings.map {
        guard $0.key == "gamma" else { return $0 }
        return Setting("gamma", .number(1...10), default: "4", "The power of each class's loss.")
      })

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
