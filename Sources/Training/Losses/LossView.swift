import CKernels

/// A batch as numbers in double, for losses that are written in Swift.
///
/// Valid as long as the `LossMemory` it was made from.
struct LossView {
  let images: Int
  let pixels: Int
  let classes: Int
  private let type: rs_type
  private let logits: UnsafeRawPointer
  private let memory: LossMemory
  private let smoothing: Double

  /// Looks at a batch, whose shares are moved towards the uniform distribution by `smoothing`.
  init(_ batch: LossBatch, _ memory: LossMemory, smoothing: Double = 0) {
    images = batch.images
    pixels = batch.pixels
    classes = batch.classes
    type = batch.type
    logits = batch.logits
    self.memory = memory
    self.smoothing = smoothing
  }

  /// Whether a pixel is not ignored; `i` counts through all images.
  func takesPart(_ i: Int) -> Bool {
    if let labels = memory.target.labels { return labels[i] != UInt8(RS_IGNORE) }
    return memory.target.keep.map { $0[i] != 0 } ?? true
  }

  /// The probability of a class (of the foreground, with one channel).
  func probability(_ i: Int, _ k: Int) -> Double {
    number(memory.probabilities, i * classes + k)
  }

  /// The logit of a class.
  func logit(_ i: Int, _ k: Int) -> Double { number(logits, i * classes + k) }

  /// The smoothed share of a class in the target of a pixel that takes part.
  func share(_ i: Int, _ k: Int) -> Double {
    let share = plainShare(i, k)
    return smoothing == 0
      ? share : (1 - smoothing) * share + smoothing / Double(max(classes, 2))
  }

  /// The share before smoothing.
  func plainShare(_ i: Int, _ k: Int) -> Double {
    if let labels = memory.target.labels {
      return Int(labels[i]) == (classes == 1 ? 1 : k) ? 1 : 0
    }
    return memory.target.probabilities.map { Double($0[i * classes + k]) } ?? 0
  }

  /// Whether a class takes part in an image, by the rule of the region losses.
  ///
  /// With `countsAll` it does wherever a pixel is not ignored, otherwise where its share exceeds
  /// 0.01 at some pixel.
  func isActive(image: Int, class k: Int, countsAll: Bool) -> Bool {
    (image * pixels..<(image + 1) * pixels).contains { i in
      takesPart(i) && (countsAll || plainShare(i, k) > RegionLoss.presence)
    }
  }

  private func number(_ pointer: UnsafeRawPointer, _ index: Int) -> Double {
    type == RS_FLOAT64
      ? pointer.load(fromByteOffset: index * 8, as: Double.self)
      : Double(pointer.load(fromByteOffset: index * 4, as: Float.self))
  }
}
