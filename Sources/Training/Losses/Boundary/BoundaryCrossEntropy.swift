import CKernels
import Configuration
import Glibc

/// Cross-entropy that weighs the ground between regions, so that neighbours are told apart.
public struct BoundaryCrossEntropy: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "boundary_ce",
    summary: "Cross-entropy that weighs pixels between two regions of the foreground, so that regions "
      + "are kept apart.",
    formula: """
      mean over the pixels that are not ignored of w (-log p_y),
      w = class_weight_y + w0 exp(-((d1 + d2) / sigma)^2 / 2) on the background, d1 and d2 the
      distances to the two nearest regions of the last class; class_weight_y on the foreground
      """,
    source: "Ronneberger, Fischer and Brox 2015 (arXiv 1505.04597); with one channel binary",
    settings: [
      LossSettings.weight,
      Setting("w0", .number(0...1e6), default: "10", "The weight of the ground between regions."),
      Setting(
        "sigma", .number(0.1...200), default: "5", unit: "pixels", "How wide that ground is."),
    ] + LossSettings.classWeights)

  private let w0: Double
  private let sigma: Double
  private let classWeights: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    w0 = settings.number("w0")
    sigma = settings.number("sigma")
    let count = max(2, classes)
    classWeights =
      try LossSettings.readClassWeights(settings, loss: Self.component.name, classes: count)
      ?? Array(repeating: 1, count: count)
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let weights = (0..<batch.images).flatMap { self.weights(batch, memory, image: $0) }
      let count = (0..<batch.images * batch.pixels).count { memory.takesPart($0) }
      guard count > 0 else { return 0 }
      var sums = [Double](repeating: 0, count: 2 * batch.images)
      rs_loss_weighted_pixels(
        batch.type, batch.images, batch.pixels, batch.classes, batch.logits, memory.probabilities,
        memory.logSums, memory.target, weights, weight / Double(count), &sums, gradient)
      return addPairs(sums).total / Double(count)
    }
  }

  /// The weight of each pixel of an image; of one that is ignored it does not matter.
  func weights(_ batch: LossBatch, _ memory: LossMemory, image: Int) -> [Double] {
    let first = image * batch.pixels
    let last = max(1, batch.classes - 1)
    func foreground(_ pixel: Int) -> Double {
      guard memory.takesPart(pixel) else { return 0 }
      return memory.share(pixel, batch.classes == 1 ? 0 : last, classes: batch.classes)
    }
    let isInside = (0..<batch.pixels).map { foreground(first + $0) > 0.5 }
    // beyond four sigmas together nothing is left
    let distances = RegionDistances(
      isInside, width: batch.width, radius: Int((4 * sigma).rounded(.up)))
    return (0..<batch.pixels).map { index in
      guard memory.takesPart(first + index) else { return 0 }
      var weight = 0.0
      for k in 0..<classWeights.count {
        let share =
          batch.classes > 1
          ? memory.share(first + index, k, classes: batch.classes)
          : k == 1 ? foreground(first + index) : 1 - foreground(first + index)
        weight += classWeights[k] * share
      }
      guard !isInside[index] else { return weight }
      let sum = distances.nearest[index] + distances.second[index]
      return weight + w0 * exp(-(sum / sigma) * (sum / sigma) / 2)
    }
  }
}
