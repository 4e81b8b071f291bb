import CKernels

/// Region sums in which one output channel has two outcomes, the background and the foreground.
struct OutcomeSums {
  let images: Int
  private let sums: RegionSums
  private let isBinary: Bool
  private let kept: [Double]  // the pixels of each image that take part

  /// Sums up a batch.
  init(_ batch: LossBatch, _ memory: LossMemory) {
    images = batch.images
    isBinary = batch.classes == 1
    sums = RegionSums(batch, memory)
    let view = LossView(batch, memory)
    kept =
      batch.classes > 1
      ? []
      : (0..<batch.images).map { image in
        let pixels = image * batch.pixels..<(image + 1) * batch.pixels
        return Double(pixels.count(where: view.takesPart))
      }
  }

  /// The sums of one outcome in one image.
  func region(image: Int, outcome k: Int) -> RegionForm.Sums {
    guard isBinary else { return sums.region(image: image, class: k) }
    let foreground = sums.region(image: image, class: 0)
    if k == 1 { return foreground }
    // of 1 - p and 1 - t; rounding may leave a little less than nothing
    let overlap = kept[image] - foreground.predicted - foreground.target + foreground.intersection
    return RegionForm.Sums(
      intersection: max(overlap, 0), predicted: kept[image] - foreground.predicted,
      target: kept[image] - foreground.target, distance: foreground.distance)
  }

  /// The sums of one outcome over all images.
  func batch(outcome k: Int) -> RegionForm.Sums {
    var total = RegionForm.Sums()
    for image in 0..<images {
      let region = region(image: image, outcome: k)
      total.intersection += region.intersection
      total.predicted += region.predicted
      total.target += region.target
      total.distance += region.distance
    }
    return total
  }

  /// Adds `factor` times the derivatives of the loss of one outcome to the slopes of the channels.
  func add(
    _ loss: RegionForm.Value, factor: Double, image: Int, outcome k: Int,
    to slopes: inout RegionSlopes
  ) {
    guard isBinary else { return slopes.add(loss, factor: factor, image: image, class: k) }
    var loss = loss
    if k == 0 { loss.byPredicted = -loss.byPredicted - loss.byIntersection }
    slopes.add(loss, factor: factor, image: image, class: 0)
  }
}
