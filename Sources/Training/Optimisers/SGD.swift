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
      Setting(
        "weight_decay", .number(0...1e3), default: "0",
        "The share of a weight that is added to its gradient."),
      Setting("nesterov", .flag, default: "false", "Look ahead along the momentum."),
    ])

  /// The learning rate written in the settings.
  public let learningRate: Double
  /// The velocities and the number of steps.
  public var state = OptimiserState()
  private let momentum: Double
  private let weightDecay: Double
  private let isNesterov: Bool

  /// Makes the optimiser; Nesterov's form without momentum is refused.
  public init(_ settings: Settings) throws {
    learningRate = settings.number("learning_rate")
    momentum = settings.number("momentum")
    weightDecay = settings.number("weight_decay")
    isNesterov = settings.flag("nesterov")
    guard !isNesterov || momentum > 0 else {
      throw OptimiserError.conflict(
        optimiser: Self.component.name, reason: "nesterov needs momentum: write momentum: 0.9")
    }
  }

  /// The velocity, where there is momentum.
  public var moments: [String] { momentum > 0 ? ["momentum_buffer"] : [] }

  /// Moves all parameters by one step.
  public mutating func step(parameters: [ParameterSlot], rate: Double) {
    state.begin(parameters, moments: moments)
    for (index, slot) in parameters.enumerated() {
      let decay = slot.decays ? weightDecay : 0
      guard momentum > 0 else {
        rs_sgd_step(slot.type, slot.count, slot.value, slot.gradient, nil, rate, 0, decay, 0)
        continue
      }
      state.tensors[index].bytes.withUnsafeMutableBytes { velocity in
        precondition(velocity.count == slot.count * slot.type.byteCount, "size of \(slot.name)")
        rs_sgd_step(
          slot.type, slot.count, slot.value, slot.gradient, velocity.baseAddress, rate, momentum,
          decay, isNesterov ? 1 : 0)
      }
    }
  }
}
