import CKernels
import Configuration

/// Stochastic gradient descent with momentum, Nesterov's form and weight decay, as in PyTorch.
public struct SGD: Optimiser {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "sgd",
    summary: "Stochastic gradient descent, with momentum where wanted.",
    formula: """
      g += weight_decay w;  v = momentum v + g;  w -= rate v
      nesterov: w -= rate (g + momentum v)
      """,
    source: "The definition of torch.optim.SGD, without dampening",
    settings: [
      Setting("learning_rate", .number(0...1e3), default: "0.01", "The learning rate at its base."),
      Setting(
        "momentum", .number(0...0.999_999), default: "0", "How much of the last step is kept."),
    ] + WeightDecay.settings("0", "The share of a weight that is added to its gradient.") + [
      Setting("nesterov", .flag, default: "false", "Look ahead along the momentum.")
    ])

  /// The learning rate written in the settings.
  public let learningRate: Double
  private let momentum: Double
  private let weightDecay: WeightDecay
  private let isNesterov: Bool
  private var kept = Moments()

  /// Makes the optimiser; Nesterov's form without momentum is refused.
  public init(_ settings: Settings) throws {
    learningRate = settings.number("learning_rate")
    momentum = settings.number("momentum")
    weightDecay = WeightDecay(settings)
    isNesterov = settings.flag("nesterov")
    guard !isNesterov || momentum > 0 else {
      throw OptimiserError.conflict(
        optimiser: Self.component.name, reason: "nesterov needs momentum: write momentum: 0.9")
    }
  }

  /// The velocity, where there is momentum.
  public var moments: [String] { momentum > 0 ? ["momentum_buffer"] : [] }

  /// The velocities and the number of steps.
  public var state: OptimiserState {
    get { kept.state }
    set { kept.state = newValue }
  }

  /// Moves all parameters by one step.
  public mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep) {
    kept.begin(parameters, moments)
    KernelParameters(parameters, pool: step.pool, moments: kept) {
      $0.rate = step.rate * $1.rateFactor
      $0.decay = weightDecay($1)
    }.run {
      rs_sgd_step(
        $0, $1, $2, momentum > 0 ? step.momentum ?? momentum : 0, isNesterov ? 1 : 0)
    }
  }
}
