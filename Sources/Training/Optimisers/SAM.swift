import Configuration

/// Sharpness-aware minimisation: the gradient is taken where the loss is worst nearby.
public struct SAM: SharpnessAware {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "sam",
    summary: "Steps of another optimiser by the gradient of the worst nearby weights; "
      + "two gradients a step.",
    formula: """
      e = rho g / (|g| + 1e-12), |g| over all parameters
      w: a step of the base by the gradient at w + e
      """,
    source: "Foret et al. 2020 (arXiv 2010.01412)",
    settings: [
      Setting("rho", .number(0...1e3), default: "0.05", "How far away the gradient is taken."),
      baseSetting,
    ])

  var base: any Optimiser
  /// The way to the worst nearby weights.
  public let perturbation: Perturbation?

  /// Makes the optimiser; another sharpness-aware optimiser as its base is refused.
  public init(_ settings: Settings) throws {
    base = try Self.makeBase(settings)
    perturbation = Perturbation(radius: settings.number("rho"))
  }
}
