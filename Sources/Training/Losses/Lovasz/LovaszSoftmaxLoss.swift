import CKernels
import Configuration

/// The Lovász-Softmax loss, the convex closure of the Jaccard loss over sets of wrong pixels.
public struct LovaszSoftmaxLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "lovasz_softmax",
    summary: "The Lovász extension of the Jaccard loss over the errors of the probabilities.",
    formula: """
      per class the errors |t - p|, sorted from large to small, times what each pixel adds to the
      Jaccard loss in that order; the class weight is a factor
      smoothing e: t is (1 - e) t + e/K
      """,
    source: "Berman et al., The Lovász-Softmax loss (arXiv 1705.08790); reductions: Wang et al. "
      + "(2310.19252)",
    settings: [LossSettings.weight] + RegionLoss.reductionSettings + LossSettings.classWeights
      + [LossSettings.smoothing] + LossSettings.boundarySmoothing)

  private let reduction: RegionReduction
  private let countsAll: Bool
  private let classWeights: [Double]
  private let smoothing: Double

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    let name = Self.component.name
    reduction = try RegionLoss.reduction(settings, loss: name)
    countsAll = settings.text("active") == "all"
    classWeights =
      try LossSettings.readClassWeights(settings, loss: name, classes: classes)
      ?? Array(repeating: 1, count: classes)
    smoothing = settings.number("smoothing")
  }

  /// Computes the value and adds the gradient.
  ///
  /// It sorts the pixels once for every class, so it costs more than losses of plain sums.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let view = LossView(batch, memory, smoothing: smoothing)
      let active = (0..<batch.images * batch.classes).map { region in
        let (image, k) = (region / batch.classes, region % batch.classes)
        return view.isActive(image: image, class: k, countsAll: countsAll)
      }
      var slopes = [Double](
        repeating: 0, count: gradient == nil ? 0 : batch.images * batch.pixels * batch.classes)
      let value = sum(view, active: active, into: &slopes)
      if let gradient {
        for index in slopes.indices { slopes[index] *= weight }
        rs_loss_chain_slopes(
          batch.type, batch.images * batch.pixels, batch.classes, memory.probabilities,
          memory.target, slopes, gradient)
      }
      return value
    }
  }

  private func sum(_ view: LossView, active: [Bool], into slopes: inout [Double]) -> Double {
    let (images, classes) = (view.images, view.classes)
    var value = 0.0
    let byClass = reduction.datasetFactors(active: active, images: images, classes: classes)
    for k in 0..<classes where byClass[k] > 0 {
      value += add(view, 0..<images, class: k, factor: byClass[k], into: &slopes)
    }
    let byRegion = reduction.factors(active: active, images: images, classes: classes)
    for b in 0..<images {
      for k in 0..<classes where byRegion[b * classes + k] > 0 {
        let factor = byRegion[b * classes + k]
        value += add(view, b..<b + 1, class: k, factor: factor, into: &slopes)
      }
    }
    return value
  }

  /// The loss of one class over some images, times the factors of both.
  private func add(
    _ view: LossView, _ images: Range<Int>, class k: Int, factor: Double,
    into slopes: inout [Double]
  ) -> Double {
    let pixels = images.lowerBound * view.pixels..<images.upperBound * view.pixels
    var entries: [LovaszExtension.Entry] = []
    entries.reserveCapacity(pixels.count)
    for i in pixels where view.takesPart(i) {
      let share = view.share(i, k)
      entries.append(.init(error: abs(share - view.probability(i, k)), share: share, index: i))
    }
    let gradient = LovaszExtension.jaccardGradient(&entries)
    let factor = factor * classWeights[k]
    var value = 0.0
    for (entry, growth) in zip(entries, gradient) {
      value += entry.error * growth
      guard !slopes.isEmpty else { continue }
      let difference = view.probability(entry.index, k) - entry.share
      let sign: Double = difference > 0 ? 1 : difference < 0 ? -1 : 0
      slopes[entry.index * view.classes + k] += factor * growth * sign
    }
    return factor * value
  }
}
