import Configuration

/// Adam with weight decay that acts on the weights themselves.
public struct AdamW: Optimiser {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "adamw",
    summary: "Adam with weight decay that acts on the weights themselves.",
    formula: """
      w -= rate weight_decay w
      m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
      w -= rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
      """,
    source: "Loshchilov and Hutter 2017 (arXiv 1711.05101), as in torch.optim.AdamW",
    settings: AdamMoments.settings
      + WeightDecay.settings(
        "0.01", "The share of a weight that is taken off, times the rate."))

  private var adam: AdamMoments

  /// Makes the optimiser.
  public init(_ settings: Settings) {
    adam = AdamMoments(settings, isDecoupled: true)
  }

  /// The mean gradient and the mean square.
  public var moments: [String] { AdamMoments.names }

  /// The learning rate written in the settings.
  public var learningRate: Double { adam.learningRate }

  /// The moments and the number of steps.
  public var state: OptimiserState {
    get { adam.state }
    set { adam.state = newValue }
  }

  /// Moves all parameters by one step.
  public mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep) {
    adam.step(parameters, step)
  }
}
