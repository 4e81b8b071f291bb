import Engine

extension LossTarget {
  /// The target of one image.
  ///
  /// - Parameters:
  ///   - image: The image.
  ///   - pixels: The number of pixels of an image.
  ///   - classes: The number of channels of the logits.
  func image(_ image: Int, pixels: Int, classes: Int) -> LossTarget {
    let range = image * pixels..<(image + 1) * pixels
    switch self {
    case .labels(let labels): return .labels(Array(labels[range]))
    case .probabilities(let shares, let keep):
      let elements = range.lowerBound * classes..<range.upperBound * classes
      return .probabilities(Array(shares[elements]), keep: keep.map { Array($0[range]) })
    }
  }
}

extension WeightedSum {
  /// The loss of each image of a batch, each as if it were a batch of its own.
  ///
  /// - Parameters:
  ///   - logits: (N, H, W, classes), contiguous.
  ///   - target: What they are compared with.
  ///   - scratch: Room for probabilities; what it held is lost.
  func imageLosses(
    _ logits: TensorView, _ target: LossTarget, scratch: LossScratch
  ) throws -> [Double] {
    let shape = logits.shape
    let pixels = shape.height * shape.width
    return try (0..<shape.images).map { image in
      let batch = try LossBatch(
        type: logits.type.kernelType, images: 1, pixels: pixels, classes: shape.channels,
        logits: logits.pointer + image * pixels * shape.channels * logits.type.size,
        target: target.image(image, pixels: pixels, classes: shape.channels), width: shape.width,
        scratch: scratch)
      return evaluate(batch, addingTo: nil).total
    }
  }
}
