import CKernels
import Configuration
import Engine
import Glibc

/// Contrast of pixel embeddings: those of one class are drawn together, others pushed apart.
///
/// It works on embeddings, (N, H, W, C) before the classifier, so it is no ``Loss``: a network that
/// is trained with it has a second output. Embeddings are scaled to length 1 here. Similarities are
/// s = u·r / temperature of an anchor u and a reference r.
///
/// The published code divides 0 by 0 for an anchor without a positive, multiplies by a ratio of two
/// temperatures, and lets zero vectors stand for class 0 in the queue; none of that is done here.
public struct ContrastiveLoss: Sendable {
  /// What a positive is set against.
  public enum Kind: String, CaseIterable, Sendable {
    /// Each positive against all negatives (Wang et al., arXiv 2101.11939).
    case pixelInfoNCE = "pixel_infonce"
    /// Each positive against all references but the anchor itself (Khosla et al., arXiv 2004.11362).
    case supervised = "supcon"
  }

  /// What anchors are compared with.
  public enum References: String, CaseIterable, Sendable {
    /// The other anchors; their gradient counts, too.
    case batch
    /// The filled slots of the queue, which are constants.
    case queue
    /// Both.
    case both
  }

  /// The descriptions of both kinds, of family `contrast`.
  public static let components = Kind.allCases.map { kind in
    Component(
      family: "contrast", name: kind.rawValue,
      summary: kind == .pixelInfoNCE
        ? "Each pixel of the same class against all pixels of other classes."
        : "Each pixel of the same class against all pixels but the anchor.",
      formula: """
        mean over the anchors that have a positive of the mean over its positives p of
        -log(e^s(p) / \(kind == .pixelInfoNCE
          ? "(e^s(p) + sum over negatives of e^s(n))" : "sum over all others of e^s(r)")),
        s = u·r / temperature, u and r embeddings scaled to length 1
        """,
      source: kind == .pixelInfoNCE
        ? "Wang et al. 2021, Exploring Cross-Image Pixel Contrast (arXiv 2101.11939)"
        : "Khosla et al. 2020, Supervised Contrastive Learning (arXiv 2004.11362)",
      settings: [
        temperatureSetting,
        Setting(
          "references", .choice(References.allCases.map(\.rawValue)), default: "both",
          "What anchors are compared with: the other anchors of the batch, the queue of earlier "
            + "pixels, or both."),
      ])
  }

  /// The key that says how sharp the contrast is.
  static let temperatureSetting = Setting(
    "temperature", .number(0.001...100), default: "0.07",
    "What similarities are divided by: the less, the more the nearest references count.")

  /// What a positive is set against.
  public let kind: Kind
  /// What anchors are compared with.
  public let references: References
  /// What similarities are divided by.
  public let temperature: Double

  /// Makes the loss.
  public init(_ kind: Kind, references: References = .both, temperature: Double = 0.07) {
    precondition(temperature > 0, "a temperature of \(temperature)")
    self.kind = kind
    self.references = references
    self.temperature = temperature
  }

  /// Makes the loss from decoded settings.
  public init(_ kind: Kind, settings: Settings) {
    guard let references = References(rawValue: settings.text("references")) else {
      preconditionFailure("references '\(settings.text("references"))' is not declared")
    }
    self.init(kind, references: references, temperature: settings.number("temperature"))
  }

  /// Computes the value and adds the gradient; without an anchor that has a positive both are 0.
  ///
  /// - Parameters:
  ///   - embeddings: (N, H, W, C), as the network gives them.
  ///   - labels: (N, H, W), the class of each pixel.
  ///   - anchors: The pixels taken, by their place in `labels`; none twice, none to be ignored.
  ///   - queue: Vectors of earlier steps, of C channels; nil: none.
  ///   - weight: The factor of the gradient; the value returned is free of it.
  ///   - gradient: Of the shape of `embeddings`; it is added to. nil: the value alone.
  /// - Returns: The value. Cost: anchors × references × C.
  public func evaluate(
    _ embeddings: TensorView, labels: [UInt8], anchors: [Int], queue: ClassQueue? = nil,
    weight: Double = 1, addingTo gradient: TensorView?
  ) -> Double {
    precondition(
      labels.count == embeddings.shape.pixels, "\(labels.count) labels for \(embeddings.shape)")
    let unit = UnitVectors(
      embeddings.vectors(at: anchors), channels: embeddings.shape.channels)
    let references = ContrastReferences(
      unit, labels: anchors.map { labels[$0] }, queue: queue, kind: self.references)
    let contrast = Contrast(
      unit, references, kind: kind, temperature: temperature)
    if let gradient, contrast.value != 0 {
      gradient.add(unit.unscaled(contrast.gradient(factor: weight)), at: anchors)
    }
    return contrast.value
  }
}

extension TensorView {
  /// The vectors of some pixels, (pixels, channels).
  func vectors(at pixels: [Int]) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(pixels.count * shape.channels)
    for pixel in pixels {
      precondition(pixel >= 0 && pixel < shape.pixels, "pixel \(pixel) of \(shape)")
      for element in pixel * pixelStride..<pixel * pixelStride + shape.channels {
        values.append(
          type == .float64
            ? pointer.load(fromByteOffset: element * 8, as: Double.self)
            : Double(pointer.load(fromByteOffset: element * 4, as: Float.self)))
      }
    }
    return values
  }

  /// Adds vectors, (pixels, channels), to those of some pixels.
  func add(_ vectors: [Double], at pixels: [Int]) {
    for (index, pixel) in pixels.enumerated() {
      for channel in 0..<shape.channels {
        let (element, value) = (
          pixel * pixelStride + channel, vectors[index * shape.channels + channel]
        )
        if type == .float64 {
          pointer.assumingMemoryBound(to: Double.self)[element] += value
        } else {
          pointer.assumingMemoryBound(to: Float.self)[element] += Float(value)
        }
      }
    }
  }
}
