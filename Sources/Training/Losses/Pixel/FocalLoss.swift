import CKernels
import Configuration

/// The focal loss: cross-entropy that counts pixels less the surer they are right.
public struct FocalLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "focal",
    summary: "Cross-entropy that counts pixels less the surer they are right.",
    formula: """
      softmax: mean over the pixels that are not ignored of -sum_k alpha_k t_k (1 - p_k)^gamma log p_k
      one channel: alpha t (1 - p)^gamma (-log p) + (1 - alpha) t' p^gamma (-log(1 - p)), t' = 1 - t;
      without alpha both factors are 1
      """,
    source: "Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv 1708.02002)",
    settings: [
      LossSettings.weight,
      Setting(
        "gamma", .number(0...20), default: "2", "How fast pixels count less; 0 is cross-entropy."),
      Setting(
        "alpha", .list(.number(0...1e9), count: 1...254),
        "The factor of each class, or with one output channel that of the foreground, from 0 to 1; "
          + "left out, every factor is 1."),
    ] + LossSettings.classWeights)

  private let alpha: [Double]
  private let gamma: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    let weights = try LossSettings.readClassWeights(settings, loss: name, classes: classes)
    let given = settings.optionalNumbers("alpha")
    if weights != nil && given != nil {
      throw LossError.conflict(
        loss: name, reason: "alpha and class_weights are the same factors: write one of them")
    }
    if classes == 1 {
      if let given, given.count != 1 || given[0] > 1 {
        throw LossError.conflict(
          loss: name,
          reason: "with one output channel alpha is one number from 0 to 1, that of the foreground")
      }
      let foreground = given?[0]
      alpha = [foreground.map { 1 - $0 } ?? 1, foreground ?? weights?[0] ?? 1]
    } else {
      if let given, given.count != classes {
        throw LossError.weightCount(loss: name, expected: classes, found: given.count)
      }
      alpha = given ?? weights ?? Array(repeating: 1, count: classes)
    }
    gamma = Array(repeating: settings.number("gamma"), count: alpha.count)
  }

  /// Makes the loss with a factor and a power for each class.
  init(alpha: [Double], gamma: [Double]) {
    self.alpha = alpha
    self.gamma = gamma
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_focal_sums(
        batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
        memory.target, alpha, gamma, &sums)
      let (total, count) = addPairs(sums)
      guard count > 0 else { return 0 }
      if let gradient {
        rs_loss_focal_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
          memory.target, alpha, gamma, weight / count, gradient)
      }
      return total / count
    }
  }
}
