import Configuration

/// How much of a tensor decays: the settings that all optimisers share.
struct WeightDecay: Sendable {
  private let amount: Double
  private let includesNormsAndBiases: Bool

  /// The keys.
  ///
  /// - Parameters:
  ///   - amount: The default as YAML text.
  ///   - summary: What is done with it.
  static func settings(_ amount: String, _ summary: String) -> [Setting] {
    [
      Setting("weight_decay", .number(0...1e3), default: amount, summary),
      Setting(
        "decay_norms_and_biases", .flag, default: "true",
        "Whether weight decay acts on norms and biases too, as in PyTorch."),
    ]
  }

  /// Reads the settings.
  init(_ settings: Settings) {
    amount = settings.number("weight_decay")
    includesNormsAndBiases = settings.flag("decay_norms_and_biases")
  }

  /// The decay of a tensor.
  func callAsFunction(_ slot: ParameterSlot) -> Double {
    guard slot.decays else { return 0 }
    if case .weight = slot.role { return amount }
    return includesNormsAndBiases ? amount : 0
  }
}
