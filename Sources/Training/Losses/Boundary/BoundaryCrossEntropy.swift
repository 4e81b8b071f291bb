import Configuration
import Glibc

/// Cross-entropy in which the gaps between neighbouring objects weigh more, as in the U-Net paper.
public struct BoundaryCrossEntropy: Loss {
  /// The name, formula and keys.
  public static let component = Component(
    family: "loss", name: "boundary_bce",
    summary: "Cross-entropy in which the gaps between neighbouring objects weigh more; binary with "
      + "one output channel. Class 0 is the background.",
    formula: """
      mean over the pixels that are not ignored of w (-sum_k t_k log p_k),
      w = w_c + w0 exp(-((d1 + d2) / sigma)^2 / 2), the second term on background pixels only
      w_c: the class weight of the pixel; d1, d2: its distances to the nearest and the second
      nearest object, an 8-connected region of one class; without two objects the term is 0
      smoothing e: t is (1 - e) t + e/K
      """,
    source: "Ronneberger et al., U-Net (arXiv 1505.04597), equation 2",
    settings: [
      LossSettings.weight,
      Setting("w0", .number(0...1e6), default: "10", "The weight added where two objects touch."),
      Setting(
        "sigma", .number(0.1...1e4), default: "5", unit: "pixels",
        "How far the added weight reaches."),
    ] + LossSettings.outcomeWeights + [LossSettings.smoothing])

  private let loss: PixelLoss
  private let w0: Double
  private let sigma: Double
  private let classWeights: [Double]

  /// Makes the loss.
  public init(_ settings: Settings, classes: Int) throws {
    var loss = PixelLoss(classes: classes)
    loss.smoothing = settings.number("smoothing")
    self.loss = loss
    w0 = settings.number("w0")
    sigma = settings.number("sigma")
    classWeights =
      try LossSettings.readOutcomeWeights(settings, loss: Self.component.name, classes: classes)
      ?? Array(repeating: 1, count: PixelLoss.outcomes(classes: classes))
  }

  /// Computes the value and adds the gradient; the batch must know the width of its images.
  public func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double {
    loss.evaluate(batch, pixelWeights: weights(batch), weight: weight, addingTo: gradient)
  }

  /// (images, pixels): the weight of every pixel; ignored ones neither weigh nor are objects.
  func weights(_ batch: LossBatch) -> [Double] {
    let width = batch.requiredWidth(loss: Self.component.name)
    return batch.withMemory { memory in
      let view = LossView(batch, memory)
      let classes = view.pixelClasses()
      return (0..<view.images).flatMap { image in
        let pixels = image * view.pixels..<(image + 1) * view.pixels
        let gaps = gapWeights(classes[pixels], width: width)
        return pixels.map { i in
          view.takesPart(i) ? classWeight(view, i) + gaps[i - pixels.lowerBound] : 0
        }
      }
    }
  }

  private func classWeight(_ view: LossView, _ i: Int) -> Double {
    if view.classes == 1 {
      let share = view.plainShare(i, 0)
      return share * classWeights[1] + (1 - share) * classWeights[0]
    }
    return classWeights.indices.reduce(0) { $0 + classWeights[$1] * view.plainShare(i, $1) }
  }

  /// The second term of the weights of one image.
  private func gapWeights(_ classes: ArraySlice<UInt8>, width: Int) -> [Double] {
    let objects = ObjectLabels(classes, width: width)
    guard objects.count > 1 && w0 > 0 else { return Array(repeating: 0, count: classes.count) }
    // 9 sigma away the term is below w0 e^-40, which double precision does not see beside 1
    let distances = ObjectDistances(objects, width: width, reach: Int(9 * sigma) + 1)
    return zip(classes, distances.nearest).map { value, nearest in
      guard value == 0 && nearest.second.object != 0 else { return 0 }
      let sum =
        Double(nearest.first.square).squareRoot()
        + Double(nearest.second.square).squareRoot()
      return w0 * exp(-(sum / sigma) * (sum / sigma) / 2)
    }
  }
}
