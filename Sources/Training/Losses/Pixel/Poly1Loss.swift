import CKernels
import Configuration

/// Poly-1: cross-entropy with another factor of its first term.
public struct Poly1Loss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "poly1",
    summary: "Cross-entropy plus epsilon times the probability of being wrong.",
    formula: """
      sum of w_y (-log p_y + epsilon (1 - p_y)) / sum of w_y over the pixels that are not ignored;
      soft labels: p_y = sum_k t_k p_k, mean over the pixels
      """,
    source: "Leng et al. 2022, PolyLoss (arXiv 2204.12511)",
    settings: [
      LossSettings.weight,
      Setting(
        "epsilon", .number(-1...1e3), default: "1",
        "The factor of the first term of the series beside its 1; 0 is cross-entropy."),
    ] + LossSettings.classWeights)

  private let epsilon: Double
  private let classWeights: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    epsilon = settings.number("epsilon")
    let weights = try LossSettings.readClassWeights(settings, loss: name, classes: classes)
    guard classes > 1 || weights == nil else {
      throw LossError.conflict(
        loss: name,
        reason: "with one output channel it has no class_weights: use 'bce' with a positive_weight, "
          + "or a model with a channel for each class")
    }
    classWeights = weights ?? Array(repeating: 1, count: classes)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let entropy = entropySums(batch, memory)
      guard entropy.denominator > 0 else { return 0 }
      var wrong = 0.0
      var slopes = [Double](repeating: 0, count: batch.images * batch.pixels * batch.classes)
      batch.forEachPixel(memory) { pixel, probability, share in
        if batch.classes == 1 {
          let (p, t) = (probability(0), share(0))
          wrong += 1 - t * p - (1 - t) * (1 - p)
          slopes[pixel] = epsilon * (1 - 2 * t)
          return
        }
        for k in 0..<batch.classes {
          let factor = classWeights[k] * share(k)
          wrong += factor * (1 - probability(k))
          slopes[pixel * batch.classes + k] = -epsilon * factor
        }
      }
      if let gradient {
        let scale = weight / entropy.denominator
        if batch.classes == 1 {
          rs_loss_binary_gradient(
            batch.type, batch.images, batch.pixels, memory.probabilities, memory.target, 1, 0,
            scale, gradient)
        } else {
          rs_loss_cross_entropy_gradient(
            batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
            memory.target, classWeights, 0, scale, gradient)
        }
        rs_loss_slopes_gradient(
          batch.type, batch.images * batch.pixels, batch.classes, memory.probabilities, slopes,
          scale, gradient)
      }
      return (entropy.total + epsilon * wrong) / entropy.denominator
    }
  }

  private func entropySums(
    _ batch: LossBatch, _ memory: LossMemory
  ) -> (total: Double, denominator: Double) {
    var sums = [Double](repeating: 0, count: 2 * batch.images)
    if batch.classes == 1 {
      rs_loss_binary_sums(
        batch.type, batch.images, batch.pixels, batch.logits, memory.logSums, memory.target, 1, 0,
        &sums)
    } else {
      rs_loss_cross_entropy_sums(
        batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.logSums,
        memory.target, classWeights, 0, &sums)
    }
    return addPairs(sums)
  }
}
