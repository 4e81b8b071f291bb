/// IoU of every class in every image, and the means that a sum over images hides.
///
/// One large image cannot make up for many small failures: each image (I) or class (C) counts the
/// same, and the worst of them are told apart. After "Revisiting Evaluation Metrics for Semantic
/// Segmentation" (arXiv 2310.19252).
public struct FineGrainedIoU: Sendable {
  /// IoU by image and class, nil where the class is not in the image's reference.
  public let imageClassScores: [[Double?]]
  /// The mean over the classes in each image, nil where the image has no reference pixel.
  public let imageScores: [Double?]
  /// The mean over the images that have the class, nil where none has.
  public let classScores: [Double?]
  /// D: the mean IoU of the summed matrices, which is `mean_iou`.
  public let datasetMean: Double?
  /// I: the mean of the images' scores.
  public let imageMean: Double?
  /// C: the mean of the classes' scores.
  public let classMean: Double?
  /// The share q of images that count as the worst, in percent.
  public let worstPercent: Double
  /// I restricted to the worst q % of the images.
  public let worstImageMean: Double?
  /// C restricted to the worst q % of each class's images.
  public let worstClassMean: Double?

  /// Computes all scores.
  ///
  /// - Parameters:
  ///   - matrices: One matrix an image, all of the same classes.
  ///   - worstPercent: The share q of images that count as the worst, over 0 up to 100; at least
  ///     one image is taken.
  public init(_ matrices: [ConfusionMatrix], worstPercent: Double = 5) {
    precondition(worstPercent > 0 && worstPercent <= 100, "the worst \(worstPercent) % of images")
    let scores = matrices.map { matrix in
      matrix.classScores(.iou).enumerated().map { index, score in
        matrix.referenceCount(index) > 0 ? score : nil
      }
    }
    let scoresByClass = (0..<(matrices.first?.classCount ?? 0)).map { index in
      scores.map { $0[index] }
    }
    var sum = matrices.first
    for matrix in matrices.dropFirst() { sum?.merge(matrix) }

    imageClassScores = scores
    imageScores = scores.map { mean($0) }
    classScores = scoresByClass.map { mean($0) }
    datasetMean = sum?.score(.meanIoU)
    imageMean = mean(imageScores)
    classMean = mean(classScores)
    self.worstPercent = worstPercent
    worstImageMean = Self.worstMean(imageScores, percent: worstPercent)
    worstClassMean = mean(scoresByClass.map { Self.worstMean($0, percent: worstPercent) })
  }

  /// A metric's score; nil where it is 0/0.
  ///
  /// - Parameter metric: A metric whose rule needs the counts of every image.
  public func score(_ metric: Metric) -> Double? {
    guard case .images(let rule) = metric.rule else {
      preconditionFailure("metric '\(metric.name)' is not computed from single images")
    }
    return rule(self)
  }

  private static func worstMean(_ scores: [Double?], percent: Double) -> Double? {
    let sorted = scores.compactMap { $0 }.sorted()
    // Dividing last keeps 29 % of 100 images at 29; 0.29 * 100 would be just below it.
    let count = max(1, Int(percent * Double(sorted.count) / 100))
    return mean(Array(sorted.prefix(count)))
  }
}

extension Metric {
  /// Mean IoU of the summed matrices.
  public static let datasetMeanIoU = Metric(
    "miou_d", "Mean IoU of the pixels of all images together: mean_iou of the sum.",
    formula: "mean over k with r_k + p_k > 0 of TP_k / (TP_k + FP_k + FN_k), over all images",
    .images { $0.datasetMean })

  /// Mean over images of an image's mean IoU.
  public static let imageMeanIoU = Metric(
    "miou_i", "Mean over images of the mean IoU of the classes in an image's reference.",
    formula: "mean over images i of mean over classes k in i of IoU_ik",
    .images { $0.imageMean })

  /// Mean over classes of a class's mean IoU.
  public static let classMeanIoU = Metric(
    "miou_c", "Mean over classes of the mean IoU in the images whose reference has the class.",
    formula: "mean over classes k of mean over images i with k of IoU_ik",
    .images { $0.classMean })

  /// Mean IoU of the worst images.
  public static let worstImageMeanIoU = Metric(
    "miou_i_q", "Mean of the worst q % of the images' mean IoU.",
    formula: "mean of the least max(1, floor(q N / 100)) of the N images' scores",
    .images { $0.worstImageMean })

  /// Mean over classes of the IoU in a class's worst images.
  public static let worstClassMeanIoU = Metric(
    "miou_c_q", "Mean over classes of a class's IoU in its worst q % of images.",
    formula: "mean over k of the mean of the least max(1, floor(q N_k / 100)) of IoU_ik",
    .images { $0.worstClassMean })
}
