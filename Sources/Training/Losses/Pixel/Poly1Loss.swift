import CKernels
import Configuration

/// Poly-1: cross-entropy with another factor of its first term.
public struct Poly1Loss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "poly1",
    summary: "Cross-entropy plus epsilon times the probability of being wrong.",
    formula: """
      sum of w (CE + epsilon (1 - p_t)) / sum of w over the pixels that are not ignored,
      p_t = sum_k t_k p_k, w = sum_k t_k class_weight_k, or 1 without class weights
      """,
    source: "Leng et al. 2022, PolyLoss (arXiv 2204.12511)",
    settings: [
      LossSettings.weight,
      Setting(
        "epsilon", .number(-1...1e3), default: "1",
        "The factor of the first term of the series beside its 1; 0 is cross-entropy."),
    ] + LossSettings.classWeights)

  private let epsilon: Double
  private let classWeights: [Double]?

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
    classWeights = weights
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let count = batch.images * batch.pixels
      var weights = [Double](repeating: 0, count: count)
      var slopes = [Double](repeating: 0, count: count * batch.classes)
      var (wrong, denominator) = (0.0, 0.0)
      batch.forEachPixel(memory) { pixel, probability, share in
        let factor = self.weight(share, batch.classes)
        weights[pixel] = factor
        denominator += factor
        if batch.classes == 1 {
          let (p, t) = (probability(0), share(0))
          wrong += 1 - t * p - (1 - t) * (1 - p)
          slopes[pixel] = epsilon * (1 - 2 * t)
          return
        }
        var right = 0.0
        for k in 0..<batch.classes {
          right += share(k) * probability(k)
          slopes[pixel * batch.classes + k] = -epsilon * factor * share(k)
        }
        wrong += factor * (1 - right)
      }
      guard denominator > 0 else { return 0 }
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_weighted_pixels(
        batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.probabilities,
        memory.logSums, memory.target, weights, weight / denominator, &sums, gradient)
      if let gradient {
        rs_loss_slopes_gradient(
          batch.type, count, batch.classes, memory.probabilities, slopes, weight / denominator,
          gradient)
      }
      return (addPairs(sums).total + epsilon * wrong) / denominator
    }
  }

  /// The weight of a pixel: that of its label, or the mean of a soft one.
  private func weight(_ share: (Int) -> Double, _ classes: Int) -> Double {
    guard let classWeights else { return 1 }
    return (0..<classes).reduce(0) { $0 + classWeights[$1] * share($1) }
  }
}
