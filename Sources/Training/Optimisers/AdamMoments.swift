import CKernels
import Configuration
import Glibc

/// What Adam and AdamW have in common: both moments, their settings and the step.
struct AdamMoments: Sendable {
  static let names = ["exp_avg", "exp_avg_sq"]

  /// The learning rate, which AdEMAMix has too.
  static let learningRateSetting = Setting(
    "learning_rate", .number(0...1e3), default: "0.001", "The learning rate at its base.")

  /// The term that keeps the quotient finite.
  static let epsilonSetting = Setting(
    "eps", .number(1e-30...1), default: "1e-8", "What is added to the root of the mean square.")

  /// The keys that both have, but for weight decay.
  static let settings = [
    learningRateSetting,
    Setting(
      "betas", .list(.number(0...0.999_999_999), count: 2...2), default: "[0.9, 0.999]",
      "How much of the mean gradient and of the mean square is kept at each step."),
    epsilonSetting,
  ]

  let learningRate: Double
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let weightDecay: WeightDecay
  private let isDecoupled: Bool
  private var kept = Moments()

  /// Reads the settings; `isDecoupled` tells AdamW from Adam.
  init(_ settings: Settings, isDecoupled: Bool) {
    learningRate = settings.number("learning_rate")
    let betas = settings.optionalNumbers("betas") ?? [0.9, 0.999]
    beta1 = betas[0]
    beta2 = betas[1]
    epsilon = settings.number("eps")
    weightDecay = WeightDecay(settings)
    self.isDecoupled = isDecoupled
  }

  var state: OptimiserState {
    get { kept.state }
    set { kept.state = newValue }
  }

  /// Moves all parameters by one step.
  mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep) {
    kept.begin(parameters, Self.names)
    let steps = Double(kept.step)
    var adam = rs_adam()
    adam.beta1 = step.momentum ?? beta1
    adam.beta2 = beta2
    adam.epsilon = epsilon
    adam.correction1 = 1 - pow(adam.beta1, steps)
    adam.correction2 = 1 - pow(beta2, steps)
    KernelParameters(parameters, pool: step.pool, moments: kept) {
      $0.rate = step.rate * $1.rateFactor
      $0.decay = weightDecay($1)
    }.run { rs_adam_step($0, $1, $2, adam, isDecoupled ? 1 : 0) }
  }
}
