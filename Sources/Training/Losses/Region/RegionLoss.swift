import CKernels
import Configuration
import Glibc

/// Losses of overlap between predicted and true regions: Jaccard, Dice, Tversky, and the metric
/// losses that stay right for soft labels.
public struct RegionLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "region",
    summary: "The general loss of overlap; dice, jaccard and jml are its named forms.",
    formula: """
      with the sums over pixels P = sum p, Y = sum t, I = sum p t, L = sum |p - t|, per class:
      product:    s = (I + e) / (I + alpha (P - I) + beta (Y - I) + e)
      l1:         the same with (P + Y - L) / 2 for I
      l1_product: s = (I + e) / (I + alpha L + e)
      loss = (1 - s)^gamma, or (-log s)^gamma, times the class weight; e = smooth
      """,
    source: "Wang et al., Jaccard Metric Losses (arXiv 2302.05666); Wang et al., Dice Semimetric "
      + "Losses (2303.16296); reductions: Wang et al. (2310.19252)",
    settings: [
      LossSettings.weight,
      Setting(
        "form", .choice(RegionForm.allCases.map(\.rawValue)), default: RegionForm.l1.rawValue,
        "How overlap is measured."),
      Setting(
        "alpha", .number(0...1e3), default: "1",
        "The weight of false positives: 1 for Jaccard, 0.5 for Dice."),
      Setting(
        "beta", .number(0...1e3), default: "1",
        "The weight of false negatives: 1 for Jaccard, 0.5 for Dice; not used by l1_product."),
    ] + sharedSettings)

  /// The keys of all region losses.
  static let sharedSettings =
    [
      Setting(
        "smooth", .number(0...1e9), default: "0.001", unit: "pixels",
        "What is added to numerator and denominator of the overlap."),
      Setting("gamma", .number(1...10), default: "1", "The power of each class's loss."),
      Setting("log", .flag, default: "false", "Take -log s for 1 - s."),
    ] + reductionSettings + LossSettings.classWeights + LossSettings.boundarySmoothing

  /// The shared settings but for those that a named form declares itself.
  static func settings(without keys: [String]) -> [Setting] {
    sharedSettings.filter { !keys.contains($0.key) }
  }

  /// Which classes and images count, and how their losses become one number.
  static let reductionSettings = [
    Setting(
      "reduction", .choice(["D", "I", "C", "mix"]), default: "D",
      "Sums over the whole batch (D), means by image (I) or by class (C), or their mix."),
    Setting(
      "mix",
      .group([
        Setting("D", .number(0...1e3), default: "0", "The weight of reduction D."),
        Setting("I", .number(0...1e3), default: "0", "The weight of reduction I."),
        Setting("C", .number(0...1e3), default: "0", "The weight of reduction C."),
      ]), "The weights of the reductions, for reduction mix."),
    Setting(
      "active", .choice(["present", "all"]), default: "present",
      "Which classes count: those present in the target (a share above 0.01 somewhere), or all. "
        + "With one output channel, present leaves out what holds no foreground."),
  ]

  /// The least share that makes a class present.
  static let presence = 0.01
  /// The least similarity that `log` distinguishes, so that its slope stays finite.
  private static let leastSimilarity = 1e-12

  /// The least loss that a power below 1 distinguishes.
  static let leastPower = 1e-7

  let form: RegionForm
  let alpha: Double
  let beta: Double
  private let smooth: Double
  private let gamma: Double
  private let takesLogarithm: Bool
  private let reduction: RegionReduction
  private let countsAll: Bool
  private let classWeights: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    guard let form = RegionForm(rawValue: settings.text("form")) else {
      preconditionFailure("form '\(settings.text("form"))' is not declared")
    }
    try self.init(
      settings, classes: classes, name: Self.component.name, form: form,
      alpha: settings.number("alpha"), beta: settings.number("beta"))
  }

  /// Makes a named form, which has the shared settings, though some may be declared otherwise.
  ///
  /// With `scalesWeights` the class weights are scaled to a mean of 1.
  init(
    _ settings: Settings, classes: Int, name: String, form: RegionForm, alpha: Double, beta: Double,
    scalesWeights: Bool = false
  ) throws {
    self.form = form
    self.alpha = alpha
    self.beta = beta
    smooth = settings.number("smooth")
    gamma = settings.number("gamma")
    takesLogarithm = settings.flag("log")
    reduction = try Self.reduction(settings, loss: name)
    countsAll = settings.text("active") == "all"
    let weights =
      try LossSettings.readClassWeights(settings, loss: name, classes: classes)
      ?? Array(repeating: 1, count: classes)
    let mean = weights.reduce(0, +) / Double(classes)
    classWeights = scalesWeights && mean > 0 ? weights.map { $0 / mean } : weights
  }

  /// Reads `reduction` and `mix` of ``reductionSettings``.
  static func reduction(_ settings: Settings, loss: String) throws -> RegionReduction {
    let chosen = settings.text("reduction")
    let mix = settings.optionalGroup("mix")
    guard chosen == "mix" || mix == nil else {
      throw LossError.conflict(
        loss: loss, reason: "mix is set, but reduction is \(chosen): write reduction: mix")
    }
    switch chosen {
    case "D": return RegionReduction(dataset: 1)
    case "I": return RegionReduction(image: 1)
    case "C": return RegionReduction(classes: 1)
    default:
      guard let mix else {
        throw LossError.conflict(
          loss: loss, reason: "reduction mix needs its weights: write mix: {D: 0.5, I: 0.5}")
      }
      return RegionReduction(
        dataset: mix.number("D"), image: mix.number("I"), classes: mix.number("C"))
    }
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let sums = RegionSums(batch, memory)
      var slopes = RegionSlopes(images: batch.images, classes: batch.classes)
      let value = reduce(sums, into: &slopes, weight: weight)
      if let gradient {
        rs_loss_region_gradient(
          batch.type, batch.images, batch.pixels, batch.classes, memory.probabilities,
          memory.target,
          slopes.values, gradient)
      }
      return value
    }
  }

  private func reduce(
    _ sums: RegionSums, into slopes: inout RegionSlopes, weight: Double
  ) -> Double {
    let (images, classes) = (sums.images, sums.classes)
    let active = (0..<images * classes).map {
      countsAll || sums.peak(image: $0 / classes, class: $0 % classes) > Self.presence
    }
    var value = 0.0
    let byClass = reduction.datasetFactors(active: active, images: images, classes: classes)
    for k in 0..<classes where byClass[k] > 0 {
      let loss = loss(sums.batch(class: k), class: k)
      value += byClass[k] * loss.value
      for b in 0..<images {
        slopes.add(loss, factor: weight * byClass[k], image: b, class: k)
      }
    }
    let byRegion = reduction.factors(active: active, images: images, classes: classes)
    for b in 0..<images {
      for k in 0..<classes where byRegion[b * classes + k] > 0 {
        let factor = byRegion[b * classes + k]
        let loss = loss(sums.region(image: b, class: k), class: k)
        value += factor * loss.value
        slopes.add(loss, factor: weight * factor, image: b, class: k)
      }
    }
    return value
  }

  /// The loss of one class from its sums, with derivatives.
  private func loss(_ sums: RegionForm.Sums, class k: Int) -> RegionForm.Value {
    var loss = form.similarity(sums, alpha: alpha, beta: beta, smooth: smooth)
    if takesLogarithm {
      let similarity = max(loss.value, Self.leastSimilarity)
      loss = loss.chained(value: -Glibc.log(similarity), slope: -1 / similarity)
    } else {
      loss = loss.chained(value: 1 - loss.value, slope: -1)
    }
    if gamma != 1 {
      // rounding may leave -1e-17; below a power of 1 the slope at 0 would be infinite
      let base = max(loss.value, gamma < 1 ? Self.leastPower : 0)
      loss = loss.chained(value: pow(base, gamma), slope: gamma * pow(base, gamma - 1))
    }
    return loss.chained(value: classWeights[k] * loss.value, slope: classWeights[k])
  }
}
