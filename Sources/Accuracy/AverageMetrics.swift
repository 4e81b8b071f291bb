extension Metric {
  /// Overall accuracy; nil without pixels.
  public static let overallAccuracy = Metric(
    "overall_accuracy", "Share of all pixels that were mapped as what they are.",
    formula: "sum_k TP_k / n",
    .overall { ratio($0.correctTotal, $0.total) })

  /// Mean recall; classes absent from the reference are left out.
  public static let meanAccuracy = Metric(
    "mean_accuracy", "Mean recall of the classes that are in the reference.",
    formula: "mean over k with r_k > 0 of TP_k / r_k",
    .overall { mean($0.classScores(.recall)) })

  /// Mean precision; classes that nothing was mapped as are left out.
  public static let meanPrecision = Metric(
    "mean_precision", "Mean precision of the classes that something was mapped as.",
    formula: "mean over k with p_k > 0 of TP_k / p_k",
    .overall { mean($0.classScores(.precision)) })

  /// Mean intersection over union; classes in neither raster are left out.
  public static let meanIoU = Metric(
    "mean_iou",
    "Mean IoU of the classes that are in the reference or in the map; one only mapped counts as 0.",
    formula: "mean over k with r_k + p_k > 0 of TP_k / (TP_k + FP_k + FN_k)",
    .overall { mean($0.classScores(.iou)) })

  /// Mean F1; classes in neither raster are left out.
  public static let meanF1 = Metric(
    "mean_f1",
    "Mean F1 of the classes that are in the reference or in the map; one only mapped counts as 0.",
    formula: "mean over k with r_k + p_k > 0 of 2 TP_k / (r_k + p_k)",
    .overall { mean($0.classScores(.f1)) })

  /// Cohen's kappa; nil without pixels or if chance alone would agree everywhere.
  public static let kappa = Metric(
    "kappa", "Agreement beyond that of a random map with the same class shares (Cohen).",
    formula: "(o - e) / (1 - e), o = sum_k TP_k / n, e = sum_k r_k p_k / n^2",
    .overall { matrix in
      guard let observed = ratio(matrix.correctTotal, matrix.total) else { return nil }
      let total = Double(matrix.total)
      let products = (0..<matrix.classCount).map {
        Double(matrix.referenceCount($0)) * Double(matrix.predictedCount($0))
      }
      let expected = products.reduce(0, +) / (total * total)
      return expected == 1 ? nil : (observed - expected) / (1 - expected)
    })

  /// IoU weighted by the classes' share of the reference; nil without pixels.
  public static let frequencyWeightedIoU = Metric(
    "fwiou", "IoU of the classes weighted by their share of the reference.",
    formula: "sum_k (r_k / n) TP_k / (TP_k + FP_k + FN_k)",
    .overall { matrix in
      guard matrix.total > 0 else { return nil }
      return matrix.classScores(.iou).enumerated().reduce(0.0) { sum, item in
        sum + Double(matrix.referenceCount(item.offset)) / Double(matrix.total)
          * (item.element ?? 0)
      }
    })
}
