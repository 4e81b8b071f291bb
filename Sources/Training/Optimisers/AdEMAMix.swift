import CKernels
import Configuration
import Glibc

/// Adam with a second, much slower mean of the gradient.
public struct AdEMAMix: Optimiser {
  /// The name, formula and keys.
  public static let component = Component(
    family: "optimiser", name: "ademamix",
    summary: "AdamW with a second, much slower mean of the gradient.",
    formula: """
      m1 = beta1 m1 + (1 - beta1) g;  m2 = beta3_t m2 + (1 - beta3_t) g
      v = beta2 v + (1 - beta2) g^2
      w -= rate ((m1 / (1 - beta1^t) + alpha_t m2) / (sqrt(v / (1 - beta2^t)) + eps)
                 + weight_decay w)
      alpha_t = alpha min(t / warmup, 1); beta3_t goes from beta1 to beta3 linearly in half-life
      """,
    source: "Pagliardini, Ablin and Grangier 2024 (arXiv 2409.03137), as in the authors' code",
    settings: [
      AdamMoments.learningRateSetting,
      Setting(
        "betas", .list(.number(0...0.999_999_999), count: 3...3),
        default: "[0.9, 0.999, 0.9999]",
        "How much of the fast mean, the mean square and the slow mean is kept at each step."),
      Setting("alpha", .number(0...1e3), default: "2", "The share of the slow mean."),
      AdamMoments.epsilonSetting,
    ] + WeightDecay.settings("0", "The share of a weight that is taken off, times the rate.") + [
      Setting(
        "warmup", .integer(0...1_000_000_000), default: "0", unit: "steps",
        "The steps over which alpha and beta3 rise; the number of all steps is a good choice."),
      Setting(
        "alpha_warmup", .integer(0...1_000_000_000), unit: "steps",
        "The steps over which alpha rises, where they differ from warmup."),
      Setting(
        "beta3_warmup", .integer(0...1_000_000_000), unit: "steps",
        "The steps over which beta3 rises, where they differ from warmup."),
    ])

  /// The learning rate written in the settings.
  public let learningRate: Double
  private let betas: [Double]
  private let alpha: Double
  private let epsilon: Double
  private let weightDecay: WeightDecay
  private let alphaWarmUp: Int
  private let beta3WarmUp: Int
  private var kept = Moments()

  /// Makes the optimiser.
  public init(_ settings: Settings) {
    learningRate = settings.number("learning_rate")
    betas = settings.optionalNumbers("betas") ?? [0.9, 0.999, 0.9999]
    alpha = settings.number("alpha")
    epsilon = settings.number("eps")
    weightDecay = WeightDecay(settings)
    alphaWarmUp = settings.optionalInteger("alpha_warmup") ?? settings.integer("warmup")
    beta3WarmUp = settings.optionalInteger("beta3_warmup") ?? settings.integer("warmup")
  }

  /// The fast mean, the slow mean and the mean square.
  public var moments: [String] { ["exp_avg", "exp_avg_slow", "exp_avg_sq"] }

  /// The moments and the number of steps.
  public var state: OptimiserState {
    get { kept.state }
    set { kept.state = newValue }
  }

  /// Moves all parameters by one step.
  public mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep) {
    kept.begin(parameters, moments)
    var rule = rs_ademamix()
    rule.beta1 = step.momentum ?? betas[0]
    rule.beta2 = betas[1]
    rule.beta3 = beta3(kept.step)
    rule.alpha = alpha * Self.share(kept.step, of: alphaWarmUp)
    rule.epsilon = epsilon
    rule.correction1 = 1 - pow(rule.beta1, Double(kept.step))
    rule.correction2 = 1 - pow(rule.beta2, Double(kept.step))
    KernelParameters(parameters, pool: step.pool, moments: kept) {
      $0.rate = step.rate * $1.rateFactor
      $0.decay = weightDecay($1)
    }.run { rs_ademamix_step($0, $1, $2, rule) }
  }

  /// beta3 of a step, from 1: between beta1 and beta3, linearly in the half-life of the mean.
  private func beta3(_ step: Int) -> Double {
    guard step < beta3WarmUp else { return betas[2] }
    // the authors' code adds 1e-8, which keeps beta1 = 0 finite
    func halfLife(_ beta: Double) -> Double { log(0.5) / log(beta + 1e-8) - 1 }
    let share = Self.share(step, of: beta3WarmUp)
    return pow(
      0.5, 1 / ((1 - share) * halfLife(betas[0]) + share * halfLife(betas[2]) + 1))
  }

  private static func share(_ step: Int, of warmUp: Int) -> Double {
    step < warmUp ? Double(step) / Double(warmUp) : 1
  }
}
