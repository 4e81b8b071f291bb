/// How the losses of single regions become one number: over the batch, by image, by class.
///
/// A region is a class in an image. The three means are those of "Revisiting Evaluation Metrics for
/// Semantic Segmentation" (arXiv 2310.19252); their weights may be mixed.
struct RegionReduction: Equatable {
  /// The weight of `D`: sums over the whole batch, then the mean over active classes.
  var dataset = 0.0
  /// The weight of `I`: the mean over images of the mean over an image's active classes.
  var image = 0.0
  /// The weight of `C`: the mean over classes of the mean over a class's active images.
  var classes = 0.0

  /// The factor of every (image, class) region in `I` and `C` together, 0 where it is not active.
  ///
  /// Images and classes with nothing active are left out of the means.
  func factors(active: [Bool], images: Int, classes count: Int) -> [Double] {
    let perImage = (0..<images).map { b in (0..<count).count { active[b * count + $0] } }
    let perClass = (0..<count).map { k in (0..<images).count { active[$0 * count + k] } }
    let imagesLeft = Double(perImage.count { $0 > 0 })
    let classesLeft = Double(perClass.count { $0 > 0 })
    var factors = [Double](repeating: 0, count: images * count)
    for b in 0..<images {
      for k in 0..<count where active[b * count + k] {
        factors[b * count + k] =
          image / (imagesLeft * Double(perImage[b])) + classes / (classesLeft * Double(perClass[k]))
      }
    }
    return factors
  }

  /// The factor of every class in `D`, 0 where no image has it active.
  func datasetFactors(active: [Bool], images: Int, classes count: Int) -> [Double] {
    let present = (0..<count).map { k in (0..<images).contains { active[$0 * count + k] } }
    let left = Double(present.count { $0 })
    return present.map { $0 ? dataset / left : 0 }
  }
}
