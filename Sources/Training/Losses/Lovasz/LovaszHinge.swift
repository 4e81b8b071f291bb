import CKernels
import Configuration

/// The Lovász hinge: the Jaccard index of the foreground made convex in the logits.
public struct LovaszHinge: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "lovasz_hinge",
    summary: "The Jaccard index of the foreground by the Lovász extension of a hinge, for one output "
      + "channel.",
    formula: """
      sum over pixels of max(0, e_(i)) g_i, e = 1 - z (2 t - 1) in falling order,
      g_i = J(1..i) - J(1..i-1) as in lovasz_softmax
      """,
    source: "Yu and Blaschko 2015; Berman, Rannen Triki and Blaschko 2018 (arXiv 1705.08790)",
    settings: [
      LossSettings.weight,
      Setting(
        "reduction", .choice(["D", "I"]), default: "D",
        "Over the whole batch (D), or the mean over images with a pixel that is not ignored (I)."),
    ])

  private let isByImage: Bool

  /// Makes the loss; more than one output channel is refused.
  public init(_ settings: Settings, classes: Int) throws {
    guard classes == 1 else {
      throw LossError.unsuitedOutput(
        loss: Self.component.name, classes: classes, mend: "use 'lovasz_softmax'")
    }
    isByImage = settings.text("reduction") == "I"
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      var groups = [[Int]](repeating: [], count: isByImage ? batch.images : 1)
      for pixel in 0..<batch.images * batch.pixels where memory.takesPart(pixel) {
        groups[isByImage ? pixel / batch.pixels : 0].append(pixel)
      }
      groups.removeAll { $0.isEmpty }
      var value = 0.0
      for group in groups {
        let truth = group.map { memory.share($0, 0, classes: 1) }
        let errors = zip(group, truth).map { 1 - batch.logit($0) * (2 * $1 - 1) }
        let steps = LovaszOrder.slopes(errors, truth: truth)
        let factor = 1 / Double(groups.count)
        for (index, pixel) in group.enumerated() where errors[index] > 0 {
          value += factor * errors[index] * steps[index]
          let slope = -(2 * truth[index] - 1) * steps[index] * factor * weight
          if let gradient { batch.add(slope, to: gradient, at: pixel) }
        }
      }
      return value
    }
  }
}

extension LossBatch {
  /// One logit.
  fileprivate func logit(_ index: Int) -> Double {
    type == RS_FLOAT64
      ? logits.assumingMemoryBound(to: Double.self)[index]
      : Double(logits.assumingMemoryBound(to: Float.self)[index])
  }

  /// Adds to one element of the gradient.
  fileprivate func add(_ value: Double, to gradient: UnsafeMutableRawPointer, at index: Int) {
    if type == RS_FLOAT64 {
      gradient.assumingMemoryBound(to: Double.self)[index] += value
    } else {
      gradient.assumingMemoryBound(to: Float.self)[index] += Float(value)
    }
  }
}
