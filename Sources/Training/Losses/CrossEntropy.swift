import CKernels
import Configuration

/// Cross-entropy over a softmax, with class weights and label smoothing as PyTorch has them.
public struct CrossEntropy: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "ce",
    summary: "Cross-entropy of the class probabilities, for two output channels or more.",
    formula: """
      hard labels: sum of w_y (-log p_y) / sum of w_y over the pixels that are not ignored
      soft labels: mean over those pixels of -sum_k w_k t_k log p_k
      smoothing e: (1 - e) of the above + e/K sum_k w_k (-log p_k), over the same denominator
      """,
    source: "The definition of torch.nn.CrossEntropyLoss",
    settings: [LossSettings.weight] + LossSettings.classWeights + [LossSettings.smoothing]
      + LossSettings.boundarySmoothing)

  private let classWeights: [Double]
  private let smoothing: Double

  /// Makes the loss; one output channel is refused, because it has a loss of its own.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    guard classes > 1 else {
      throw LossError.unsuitedOutput(
        loss: name, classes: classes, mend: "use 'bce', the same for one sigmoid channel")
    }
    classWeights =
      try LossSettings.readClassWeights(settings, loss: name, classes: classes)
      ?? Array(repeating: 1, count: classes)
    smoothing = settings.number("smoothing")
  }

  /// Computes the value and adds the gradient; where all weights of the labels are 0, both are 0.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_cross_entropy_sums(
        batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
        memory.target,
        classWeights, smoothing, &sums)
      let (total, denominator) = addPairs(sums)
      guard denominator > 0 else { return 0 }
      if let gradient {
        rs_loss_cross_entropy_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
          memory.target,
          classWeights, smoothing, weight / denominator, gradient)
      }
      return total / denominator
    }
  }
}

/// Adds up pairs (value, denominator) of the images, in image order.
func addPairs(_ sums: [Double]) -> (total: Double, denominator: Double) {
  var total = 0.0
  var denominator = 0.0
  for image in 0..<sums.count / 2 {
    total += sums[2 * image]
    denominator += sums[2 * image + 1]
  }
  return (total, denominator)
}
