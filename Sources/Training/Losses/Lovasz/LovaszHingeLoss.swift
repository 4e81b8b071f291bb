import CKernels
import Configuration

/// The Lovász hinge, the extension of the Jaccard loss for one output channel and its logits.
public struct LovaszHingeLoss: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "lovasz_hinge",
    summary: "The Lovász extension of the Jaccard loss over hinge errors of one output channel.",
    formula: """
      errors 1 - z (2y - 1), sorted from large to small, those below 0 set to 0, times what each
      pixel adds to the Jaccard loss in that order
      smoothing e: y is (1 - e) y + e/2
      """,
    source: "Yu and Blaschko, Learning Submodular Losses with the Lovász Hinge (ICML 2015); "
      + "Berman et al. (arXiv 1705.08790)",
    settings: [
      LossSettings.weight,
      Setting(
        "reduction", .choice(["D", "I"]), default: "D",
        "One list for the whole batch (D), or the mean over images with a pixel to learn (I)."),
      LossSettings.smoothing,
    ] + LossSettings.boundarySmoothing)

  private let isByImage: Bool
  private let smoothing: Double

  /// Makes the loss; several output channels are refused.
  public init(_ settings: Settings, classes: Int) throws {
    guard classes == 1 else {
      throw LossError.unsuitedOutput(
        loss: Self.component.name, classes: classes,
        mend: "use 'lovasz_softmax', or a model with one output channel")
    }
    isByImage = settings.text("reduction") == "I"
    smoothing = settings.number("smoothing")
  }

  /// Computes the value and adds the gradient.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    batch.withMemory { memory in
      let view = LossView(batch, memory, smoothing: smoothing)
      let all = (0..<batch.images * batch.pixels)
      let lists =
        isByImage
        ? (0..<batch.images).map { image in
          all[image * batch.pixels..<(image + 1) * batch.pixels]
        } : [all]
      let kept = lists.map { $0.filter(view.takesPart) }.filter { !$0.isEmpty }
      let factor = 1 / Double(max(kept.count, 1))
      return kept.reduce(0) { value, pixels in
        value + factor
          * add(view, pixels, type: batch.type, slope: weight * factor, to: gradient)
      }
    }
  }

  /// The loss of one list of pixels; adds its derivative times `slope`.
  private func add(
    _ view: LossView, _ pixels: [Int], type: rs_type, slope: Double,
    to gradient: UnsafeMutableRawPointer?
  ) -> Double {
    var entries = pixels.map { i in
      let share = view.share(i, 0)
      return LovaszExtension.Entry(
        error: 1 - view.logit(i, 0) * (2 * share - 1), share: share, index: i)
    }
    let growths = LovaszExtension.jaccardGradient(&entries)
    var value = 0.0
    for (entry, growth) in zip(entries, growths) where entry.error > 0 {
      value += entry.error * growth
      guard let gradient else { continue }
      let change = -slope * growth * (2 * entry.share - 1)
      if type == RS_FLOAT64 {
        gradient.assumingMemoryBound(to: Double.self)[entry.index] += change
      } else {
        gradient.assumingMemoryBound(to: Float.self)[entry.index] += Float(change)
      }
    }
    return value
  }
}
