import CKernels

/// The sums over pixels of every class in every image of a batch.
struct RegionSums {
  let images: Int
  let classes: Int
  private var values: [Double]  // (images, RS_REGION_SUMS, classes)

  /// Sums up a batch.
  init(_ batch: LossBatch, _ memory: LossMemory) {
    images = batch.images
    classes = batch.classes
    values = Array(repeating: 0, count: images * RS_REGION_SUMS * classes)
    rs_loss_region_sums(
      batch.type, images, batch.pixels, classes, memory.probabilities, memory.target, &values)
  }

  /// The sums of one class in one image.
  func region(image: Int, class k: Int) -> RegionForm.Sums {
    RegionForm.Sums(
      intersection: sum(RS_REGION_INTERSECTION, image, k),
      predicted: sum(RS_REGION_PREDICTED, image, k),
      target: sum(RS_REGION_TARGET, image, k),
      distance: sum(RS_REGION_DISTANCE, image, k))
  }

  /// The sums of one class over all images.
  func batch(class k: Int) -> RegionForm.Sums {
    var total = RegionForm.Sums()
    for image in 0..<images {
      let sums = region(image: image, class: k)
      total.intersection += sums.intersection
      total.predicted += sums.predicted
      total.target += sums.target
      total.distance += sums.distance
    }
    return total
  }

  /// The largest share of a class in an image, 0 where every pixel is ignored.
  func peak(image: Int, class k: Int) -> Double {
    sum(RS_REGION_PEAK, image, k)
  }

  private func sum(_ kind: Int, _ image: Int, _ k: Int) -> Double {
    values[(image * RS_REGION_SUMS + kind) * classes + k]
  }
}

/// The derivatives of a loss with respect to the sums of every class in every image.
struct RegionSlopes {
  /// (images, RS_REGION_SLOPES, classes), as the kernel takes them.
  private(set) var values: [Double]
  private let classes: Int

  /// Makes slopes of 0.
  init(images: Int, classes: Int) {
    self.classes = classes
    values = Array(repeating: 0, count: images * RS_REGION_SLOPES * classes)
  }

  /// Adds `factor` times the derivatives of the loss of one region.
  mutating func add(_ loss: RegionForm.Value, factor: Double, image: Int, class k: Int) {
    add(factor * loss.byIntersection, RS_REGION_BY_INTERSECTION, image, k)
    add(factor * loss.byPredicted, RS_REGION_BY_PREDICTED, image, k)
    add(factor * loss.byDistance, RS_REGION_BY_DISTANCE, image, k)
  }

  private mutating func add(_ slope: Double, _ kind: Int, _ image: Int, _ k: Int) {
    values[(image * RS_REGION_SLOPES + kind) * classes + k] += slope
  }
}
