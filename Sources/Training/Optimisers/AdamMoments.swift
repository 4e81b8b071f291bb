import CKernels
import Configuration
import Glibc

/// What Adam and AdamW have in common: both moments, their settings and the step.
struct AdamMoments: Sendable {
  static let names = ["exp_avg", "exp_avg_sq"]

  /// The keys that both have, but for weight decay.
  static let settings = [
    Setting("learning_rate", .number(0...1e3), default: "0.001", "The learning rate at its base."),
    Setting(
      "betas", .list(.number(0...0.999_999_999), count: 2...2), default: "[0.9, 0.999]",
      "How much of the mean gradient and of the mean square is kept at each step."),
    Setting(
      "eps", .number(1e-30...1), default: "1e-8", "What is added to the root of the mean square."),
  ]

  let learningRate: Double
  let beta1: Double
  let beta2: Double
  let epsilon: Double
  let weightDecay: Double
  let isDecoupled: Bool
  var state = OptimiserState()

  /// Reads the settings; `isDecoupled` tells AdamW from Adam.
  init(_ settings: Settings, isDecoupled: Bool) {
    learningRate = settings.number("learning_rate")
    let betas = settings.optionalNumbers("betas") ?? [0.9, 0.999]
    beta1 = betas[0]
    beta2 = betas[1]
    epsilon = settings.number("eps")
    weightDecay = settings.number("weight_decay")
    self.isDecoupled = isDecoupled
  }

  /// Moves all parameters by one step.
  mutating func step(parameters: [ParameterSlot], rate: Double) {
    state.begin(parameters, moments: Self.names)
    let steps = Double(state.step)
    for (index, slot) in parameters.enumerated() {
      let decay = slot.decays ? weightDecay : 0
      let adam = rs_adam(
        rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        coupled_decay: isDecoupled ? 0 : decay, decoupled_decay: isDecoupled ? decay : 0,
        correction1: 1 - pow(beta1, steps), correction2: 1 - pow(beta2, steps))
      let bytes = slot.count * slot.type.byteCount
      // taken out and put back, since two elements of one array cannot be lent at once
      var second = StateTensor(name: "", type: slot.type, bytes: [])
      swap(&second, &state.tensors[2 * index + 1])
      state.tensors[2 * index].bytes.withUnsafeMutableBytes { first in
        second.bytes.withUnsafeMutableBytes { second in
          precondition(first.count == bytes && second.count == bytes, "size of \(slot.name)")
          rs_adam_step(
            slot.type, slot.count, slot.value, slot.gradient, first.baseAddress,
            second.baseAddress, adam)
        }
      }
      swap(&second, &state.tensors[2 * index + 1])
    }
  }
}
