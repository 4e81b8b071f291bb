import CKernels
import Configuration

/// Binary cross-entropy of one sigmoid channel, with a weight for the foreground.
public struct BinaryCrossEntropy: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "bce",
    summary: "Binary cross-entropy, for a model with one output channel (the foreground).",
    formula: """
      mean over the pixels that are not ignored of
      pos_weight y softplus(-z) + (1 - y) softplus(z), z the logit, softplus(z) = log(1 + e^z)
      smoothing e: y is (1 - e) y + e/2
      """,
    source: "The definition of torch.nn.BCEWithLogitsLoss",
    settings: [
      LossSettings.weight,
      Setting(
        "pos_weight", .number(0...1e9), default: "1",
        "The weight of the foreground; background pixels weigh 1."),
      Setting(
        "class_weight_rule", .choice(ClassWeightRule.allCases.map(\.rawValue)),
        "A rule that gives pos_weight from the pixel counts of the training labels: the weight of "
          + "the foreground over that of the background."),
      Setting(
        "class_weight_beta", .number(0...0.999_999_999), default: "0.999",
        "The beta of the rule effective_number."),
      LossSettings.smoothing,
    ] + LossSettings.boundarySmoothing)

  private let positiveWeight: Double
  private let smoothing: Double

  /// Makes the loss; several output channels are refused.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    guard classes == 1 else {
      throw LossError.unsuitedOutput(
        loss: name, classes: classes, mend: "use 'ce', or a model with one output channel")
    }
    if let rule = settings.optionalText("class_weight_rule") {
      throw LossError.unresolvedRule(loss: name, rule: rule)
    }
    positiveWeight = settings.number("pos_weight")
    smoothing = settings.number("smoothing")
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_binary_sums(
        batch.type, batch.images, batch.pixels, batch.logits, memory.logSums, memory.target,
        positiveWeight, smoothing, &sums)
      let (total, count) = addPairs(sums)
      guard count > 0 else { return 0 }
      if let gradient {
        rs_loss_binary_gradient(
          batch.type, batch.images, batch.pixels, memory.probabilities, memory.target,
          positiveWeight,
          smoothing, weight / count, gradient)
      }
      return total / count
    }
  }
}
