import CKernels
import Configuration

/// The Lovász-softmax loss: the Jaccard index of sets made smooth by the Lovász extension.
public struct LovaszSoftmax: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "lovasz_softmax",
    summary: "The Jaccard index of each class, continued from sets to probabilities by the Lovász "
      + "extension.",
    formula: """
      per class: sum over pixels of e_(i) g_i, e = |t - p| in falling order,
      g_i = J(1..i) - J(1..i-1), J the Jaccard loss if the first i pixels were wrong
      """,
    source: "Berman, Rannen Triki and Blaschko 2018 (arXiv 1705.08790)",
    settings: [
      LossSettings.weight,
      Setting(
        "reduction", .choice(["D", "I", "C"]), default: "D",
        "Over the whole batch (D), means by image (I) or by class (C)."),
      Setting(
        "active", .choice(["present", "all"]), default: "present",
        "Which classes count: those present in the target, or all."),
    ] + LossSettings.classWeights)

  private static let presence = 0.01
  private let reduction: RegionReduction
  private let countsAll: Bool
  private let classWeights: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    reduction =
      switch settings.text("reduction") {
      case "I": RegionReduction(image: 1)
      case "C": RegionReduction(classes: 1)
      default: RegionReduction(dataset: 1)
      }
    countsAll = settings.text("active") == "all"
    classWeights =
      try LossSettings.readClassWeights(settings, loss: Self.component.name, classes: classes)
      ?? Array(repeating: 1, count: classes)
  }

  /// The pixels of one class in some images.
  private struct Region {
    var pixels: [Int] = []
    var probabilities: [Double] = []
    var truth: [Double] = []
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let classes = batch.classes
      var regions = [Region](repeating: Region(), count: batch.images * classes)
      batch.forEachPixel(memory) { pixel, probability, share in
        for k in 0..<classes {
          let index = pixel / batch.pixels * classes + k
          regions[index].pixels.append(pixel)
          regions[index].probabilities.append(probability(k))
          regions[index].truth.append(share(k))
        }
      }
      let active = regions.map { region in
        countsAll || region.truth.contains { $0 > Self.presence }
      }
      var slopes = [Double](repeating: 0, count: batch.images * batch.pixels * classes)
      var value = 0.0
      func add(_ region: Region, _ k: Int, factor: Double) {
        guard factor != 0, !region.pixels.isEmpty else { return }
        let errors = zip(region.probabilities, region.truth).map { abs($1 - $0) }
        let steps = LovaszOrder.slopes(errors, truth: region.truth)
        for (index, pixel) in region.pixels.enumerated() {
          value += factor * errors[index] * steps[index]
          let difference = region.probabilities[index] - region.truth[index]
          let sign = difference > 0 ? 1.0 : difference < 0 ? -1 : 0
          slopes[pixel * classes + k] += factor * steps[index] * sign
        }
      }
      let byClass = reduction.datasetFactors(
        active: active, images: batch.images, classes: classes)
      for k in 0..<classes where byClass[k] > 0 {
        var all = Region()
        for image in 0..<batch.images {
          let region = regions[image * classes + k]
          all.pixels += region.pixels
          all.probabilities += region.probabilities
          all.truth += region.truth
        }
        add(all, k, factor: byClass[k] * classWeights[k])
      }
      let byRegion = reduction.factors(active: active, images: batch.images, classes: classes)
      for index in regions.indices where byRegion[index] > 0 {
        add(regions[index], index % classes, factor: byRegion[index] * classWeights[index % classes])
      }
      if let gradient {
        rs_loss_slopes_gradient(
          batch.type, batch.images * batch.pixels, classes, memory.probabilities, slopes, weight,
          gradient)
      }
      return value
    }
  }
}
