import CKernels
import Configuration
import Glibc

/// The unified focal loss: a focal cross-entropy and a focal Tversky loss with common parameters.
///
/// Both halves treat class 0 as the background. A published copy of this loss takes image columns
/// for classes in its focal half; here both halves are over classes.
public struct UnifiedFocalLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "unified_focal",
    summary: "The unified focal loss: a focal cross-entropy and a focal Tversky loss with common "
      + "parameters; class 0 is the background.",
    formula: """
      lambda x focal + (1 - lambda) x tversky, u = delta for a foreground class, 1 - delta for the
      background; s_k = (I + e) / (I + delta (Y - I) + (1 - delta) (P - I) + e)
      asymmetric: focal = mean of u_y (-log p_y), times (1 - p_y)^gamma on background;
        tversky = mean over classes of (1 - s_k)^(1 - gamma), on background of 1 - s_k
      symmetric: (1 - p_y)^gamma and the power 1 - gamma for every class
      class weights are factors of the classes in both halves
      """,
    source: "Yeung et al., Unified Focal loss (arXiv 2102.04525), which means over the classes of "
      + "single images: reduction I, active all",
    settings: [
      LossSettings.weight,
      Setting(
        "kind", .choice(["asymmetric", "symmetric"]), default: "asymmetric",
        "Whether background and foreground are treated unlike: the focal suppression only on "
          + "background, the enhancement only on foreground."),
      Setting(
        "lambda", .number(0...1), default: "0.5", "The share of the focal cross-entropy."),
      Setting(
        "delta", .number(0...1), default: "0.6", "The weight of foreground and false negatives."),
      Setting(
        "gamma", .number(0...0.99), default: "0.1", "How strongly easy pixels are suppressed."),
      Setting(
        "smooth", .number(0...1e9), default: "0.001", unit: "pixels",
        "What is added to numerator and denominator of the overlap."),
    ] + RegionLoss.reductionSettings + LossSettings.outcomeWeights
      + LossSettings.boundarySmoothing)

  private let focal: PixelLoss
  private let focalShare: Double
  private let delta: Double
  private let smooth: Double
  private let powers: [Double]
  private let classWeights: [Double]
  private let reduction: RegionReduction
  private let countsAll: Bool

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    let outcomes = PixelLoss.outcomes(classes: classes)
    let isAsymmetric = settings.text("kind") == "asymmetric"
    let (delta, gamma) = (settings.number("delta"), settings.number("gamma"))
    let weights =
      try LossSettings.readOutcomeWeights(settings, loss: name, classes: classes)
      ?? Array(repeating: 1, count: outcomes)
    var focal = PixelLoss(classes: classes)
    focal.classWeights = (0..<outcomes).map { weights[$0] * ($0 == 0 ? 1 - delta : delta) }
    focal.gammas = (0..<outcomes).map { isAsymmetric && $0 > 0 ? 0 : gamma }
    self.focal = focal
    powers = (0..<outcomes).map { isAsymmetric && $0 == 0 ? 1 : 1 - gamma }
    focalShare = settings.number("lambda")
    self.delta = delta
    smooth = settings.number("smooth")
    classWeights = weights
    reduction = try RegionLoss.reduction(settings, loss: name)
    countsAll = settings.text("active") == "all"
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    let pixels = focal.evaluate(batch, weight: weight * focalShare, addingTo: gradient)
    let regions = batch.withMemory { memory in
      var slopes = RegionSlopes(images: batch.images, classes: batch.classes)
      let value = reduce(
        OutcomeSums(batch, memory), active(LossView(batch, memory)), into: &slopes,
        weight: weight * (1 - focalShare))
      if let gradient {
        rs_loss_region_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
          memory.target, slopes.values, gradient)
      }
      return value
    }
    return focalShare * pixels + (1 - focalShare) * regions
  }

  /// Whether each outcome of each image counts.
  private func active(_ view: LossView) -> [Bool] {
    guard view.classes == 1 else {
      return (0..<view.images * view.classes).map {
        countsAll
          || view.isActive(image: $0 / view.classes, class: $0 % view.classes, countsAll: false)
      }
    }
    return (0..<view.images).flatMap { image in
      let pixels = image * view.pixels..<(image + 1) * view.pixels
      let hasBackground = pixels.contains {
        view.takesPart($0) && 1 - view.plainShare($0, 0) > RegionLoss.presence
      }
      let hasForeground = view.isActive(image: image, class: 0, countsAll: false)
      return [countsAll || hasBackground, countsAll || hasForeground]
    }
  }

  private func reduce(
    _ sums: OutcomeSums, _ active: [Bool], into slopes: inout RegionSlopes, weight: Double
  ) -> Double {
    let (images, outcomes) = (sums.images, powers.count)
    var value = 0.0
    let byClass = reduction.datasetFactors(active: active, images: images, classes: outcomes)
    for k in 0..<outcomes where byClass[k] > 0 {
      let loss = loss(sums.batch(outcome: k), outcome: k)
      value += byClass[k] * loss.value
      for b in 0..<images {
        sums.add(loss, factor: weight * byClass[k], image: b, outcome: k, to: &slopes)
      }
    }
    let byRegion = reduction.factors(active: active, images: images, classes: outcomes)
    for b in 0..<images {
      for k in 0..<outcomes where byRegion[b * outcomes + k] > 0 {
        let factor = byRegion[b * outcomes + k]
        let loss = loss(sums.region(image: b, outcome: k), outcome: k)
        value += factor * loss.value
        sums.add(loss, factor: weight * factor, image: b, outcome: k, to: &slopes)
      }
    }
    return value
  }

  private func loss(_ sums: RegionForm.Sums, outcome k: Int) -> RegionForm.Value {
    let similarity = RegionForm.product.similarity(
      sums, alpha: 1 - delta, beta: delta, smooth: smooth)
    var loss = similarity.chained(value: 1 - similarity.value, slope: -1)
    if powers[k] != 1 {
      // below a power of 1 the slope at 0 would be infinite
      let base = max(loss.value, RegionLoss.leastPower)
      loss = loss.chained(
        value: pow(base, powers[k]), slope: powers[k] * pow(base, powers[k] - 1))
    }
    return loss.chained(value: classWeights[k] * loss.value, slope: classWeights[k])
  }
}
