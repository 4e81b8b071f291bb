import CKernels

extension LossBatch {
  /// Calls `body` for every pixel that takes part, in order, with its number over all images, the
  /// probability and the target of each class.
  func forEachPixel(
    _ memory: LossMemory,
    _ body: (_ pixel: Int, _ probability: (Int) -> Double, _ share: (Int) -> Double) -> Void
  ) {
    let isDouble = type == RS_FLOAT64
    let doubles = memory.probabilities.assumingMemoryBound(to: Double.self)
    let floats = memory.probabilities.assumingMemoryBound(to: Float.self)
    for pixel in 0..<images * pixels where memory.takesPart(pixel) {
      let first = pixel * classes
      body(pixel) {
        isDouble ? doubles[first + $0] : Double(floats[first + $0])
      } _: {
        memory.share(pixel, $0, classes: classes)
      }
    }
  }
}

extension LossMemory {
  /// Whether a pixel takes part in the loss.
  func takesPart(_ pixel: Int) -> Bool {
    if let labels = target.labels { return labels[pixel] != UInt8(RS_IGNORE) }
    return target.keep.map { $0[pixel] != 0 } ?? true
  }

  /// The target of one class at a pixel that takes part: 0 or 1 for a label.
  func share(_ pixel: Int, _ k: Int, classes: Int) -> Double {
    if let labels = target.labels { return labels[pixel] == (classes == 1 ? 1 : UInt8(k)) ? 1 : 0 }
    return target.probabilities.map { Double($0[pixel * classes + k]) } ?? 0
  }
}
