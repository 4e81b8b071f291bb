import Configuration

/// Sharpness-aware minimisation in a neighbourhood that scales with the weights.
public struct ASAM: SharpnessAware {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "asam",
    summary: "SAM in a neighbourhood that scales with each weight; two gradients a step.",
    formula: """
      T = |w| + eta for weights, 1 for biases
      e = rho T^2 g / (|T g| + 1e-12), |T g| over all parameters
      w: a step of the base by the gradient at w + e
      """,
    source: "Kwon et al. 2021 (arXiv 2102.11600), as in the authors' code",
    settings: [
      Setting("rho", .number(0...1e3), default: "0.5", "How far away the gradient is taken."),
      Setting("eta", .number(0...1e3), default: "0.01", "What is added to the size of a weight."),
      baseSetting,
    ])

  var base: any Optimiser
  /// The way to the worst nearby weights.
  public let perturbation: Perturbation?

  /// Makes the optimiser; another sharpness-aware optimiser as its base is refused.
  public init(_ settings: Settings) throws {
    base = try Self.makeBase(settings)
    perturbation = Perturbation(
      radius: settings.number("rho"), adaptiveOffset: settings.number("eta"))
  }
}
