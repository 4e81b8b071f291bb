import CKernels
import Configuration
import Glibc

/// The unified focal loss: focal cross-entropy and focal Tversky with common parameters.
///
/// The published code of a follow-up indexes columns of the image where it means classes; here
/// classes are classes.
public struct UnifiedFocalLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "unified_focal",
    summary: "A mix of focal cross-entropy and focal Tversky for rare classes; class 0 is the "
      + "background.",
    formula: """
      lambda F + (1 - lambda) T, mTI_k = (I + e) / (I + delta (Y - I) + (1 - delta) (P - I) + e)
      asymmetric: F = mean of -delta log p_y of rare classes, -(1 - delta) (1 - p_0)^gamma log p_0 of
      class 0; T = mean over classes of 1 - mTI_0 and (1 - mTI_k)^(1 - gamma)
      symmetric: F = mean of -delta (1 - p_y)^(1 - gamma) log p_y; T = mean of (1 - mTI_k)^gamma
      """,
    source: "Yeung et al. 2022, Unified Focal Loss (arXiv 2102.04525)",
    settings: [
      LossSettings.weight,
      Setting(
        "asymmetric", .flag, default: "true", "Whether the background is treated by itself."),
      Setting("lambda", .number(0...1), default: "0.5", "The share of the cross-entropy."),
      Setting(
        "delta", .number(0...1), default: "0.6", "The weight of missed pixels against false ones."),
      Setting("gamma", .number(0...0.99), default: "0.1", "How much easy pixels are suppressed."),
      Setting(
        "smooth", .number(1e-9...1e9), default: "0.001", unit: "pixels",
        "What is added to numerator and denominator of the overlap."),
    ])

  private static let leastLoss = 1e-7
  private let focal: FocalLoss
  private let lambda: Double
  private let delta: Double
  private let smooth: Double
  private let powers: [Double]

  /// Makes the loss; one output channel is refused.
  public init(_ settings: Settings, classes: Int) throws {
    guard classes > 1 else {
      throw LossError.unsuitedOutput(
        loss: Self.component.name, classes: classes,
        mend: "use a model with a channel for each class, background first")
    }
    lambda = settings.number("lambda")
    delta = settings.number("delta")
    smooth = settings.number("smooth")
    let gamma = settings.number("gamma")
    let rare = classes - 1
    if settings.flag("asymmetric") {
      focal = FocalLoss(
        alpha: [1 - delta] + Array(repeating: delta, count: rare),
        gamma: [gamma] + Array(repeating: 0, count: rare))
      powers = [1] + Array(repeating: 1 - gamma, count: rare)
    } else {
      focal = FocalLoss(
        alpha: Array(repeating: delta, count: classes),
        gamma: Array(repeating: 1 - gamma, count: classes))
      powers = Array(repeating: gamma, count: classes)
    }
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    let first = focal.evaluate(batch, weight: weight * lambda, addingTo: gradient)
    return lambda * first
      + (1 - lambda) * overlap(batch, weight: weight * (1 - lambda), addingTo: gradient)
  }

  private func overlap(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let sums = RegionSums(batch, memory)
      let isEmpty = (0..<batch.classes).allSatisfy { sums.batch(class: $0).target == 0 }
      guard !isEmpty else { return 0 }
      var slopes = RegionSlopes(images: batch.images, classes: batch.classes)
      let share = 1 / Double(batch.classes)
      var value = 0.0
      for k in 0..<batch.classes {
        var loss = RegionForm.product.similarity(
          sums.batch(class: k), alpha: 1 - delta, beta: delta, smooth: smooth)
        let base = max(1 - loss.value, powers[k] < 1 ? Self.leastLoss : 0)
        loss = loss.chained(
          value: pow(base, powers[k]),
          slope: powers[k] == 0 ? 0 : -powers[k] * pow(base, powers[k] - 1))
        value += share * loss.value
        for image in 0..<batch.images {
          slopes.add(loss, factor: weight * share, image: image, class: k)
        }
      }
      if let gradient {
        rs_loss_region_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
          memory.target, slopes.values, gradient)
      }
      return value
    }
  }
}
