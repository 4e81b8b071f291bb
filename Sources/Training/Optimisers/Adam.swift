import Configuration

/// Adam with bias correction; weight decay, where wanted, is added to the gradient.
public struct Adam: Optimiser {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "adam",
    summary: "Adam with bias correction; weight decay, where wanted, is added to the gradient.",
    formula: """
      g += weight_decay w
      m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
      w -= rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)
      """,
    source: "Kingma and Ba 2014 (arXiv 1412.6980), as in torch.optim.Adam",
    settings: AdamMoments.settings
      + WeightDecay.settings(
        "0", "The share of a weight that is added to its gradient."))

  private var adam: AdamMoments

  /// Makes the optimiser.
  public init(_ settings: Settings) {
    adam = AdamMoments(settings, isDecoupled: false)
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
