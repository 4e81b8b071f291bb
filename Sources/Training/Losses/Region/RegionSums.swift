import CKernels
import Glibc

/// The sums over pixels of every class in every image of a batch.
struct RegionSums {
  let images: Int
  let classes: Int
  private var values: [Double]  // (images, RS_REGION_SUMS, classes)

  /// Sums up a batch.
  init(_ batch: LossBatch, _ target: rs_loss_target) {
    images = batch.images
    classes = batch.classes
    values = Array(repeating: 0, count: images * Int(RS_REGION_SUMS.rawValue) * classes)
    rs_loss_region_sums(
      batch.type, images, batch.pixels, classes, batch.probabilities, target, &values)
  }

  /// The sums of one class in one image.
  func region(image: Int, class k: Int) -> RegionForm.Sums {
    RegionForm.Sums(
      intersection: sum(RS_REGION_INTERSECTION.rawValue, image, k),
      predicted: sum(RS_REGION_PREDICTED.rawValue, image, k),
      target: sum(RS_REGION_TARGET.rawValue, image, k),
      distance: sum(RS_REGION_DISTANCE.rawValue, image, k))
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
    sum(RS_REGION_PEAK.rawValue, image, k)
  }

  private func sum(_ kind: UInt32, _ image: Int, _ k: Int) -> Double {
    values[(image * Int(RS_REGION_SUMS.rawValue) + Int(kind)) * classes + k]
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
    values = Array(repeating: 0, count: images * Int(RS_REGION_SLOPES.rawValue) * classes)
  }

  /// Adds `factor` times the derivatives of the loss of one region.
  mutating func add(_ loss: RegionForm.Value, factor: Double, image: Int, class k: Int) {
    let start = image * Int(RS_REGION_SLOPES.rawValue)
    values[(start + Int(RS_REGION_BY_INTERSECTION.rawValue)) * classes + k] +=
      factor * loss.byIntersection
    values[(start + Int(RS_REGION_BY_PREDICTED.rawValue)) * classes + k] +=
      factor * loss.byPredicted
    values[(start + Int(RS_REGION_BY_DISTANCE.rawValue)) * classes + k] +=
      factor * loss.byDistance
  }
}

func naturalLogarithm(_ x: Double) -> Double { Glibc.log(x) }

func power(_ x: Double, _ exponent: Double) -> Double { Glibc.pow(x, exponent) }
