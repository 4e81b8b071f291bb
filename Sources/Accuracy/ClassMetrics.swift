extension Metric {
  /// Intersection over union of a class; nil if the class is in neither raster.
  public static let iou = Metric(
    "iou", "Overlap of map and reference of a class as a share of their union.",
    formula: "TP / (TP + FP + FN)",
    .perClass { matrix, index in
      let correct = matrix.correctCount(index)
      return ratio(
        correct, matrix.referenceCount(index) + matrix.predictedCount(index) - correct)
    })

  /// F1 score (Dice) of a class; nil if the class is in neither raster.
  public static let f1 = Metric(
    "f1", "Harmonic mean of a class's precision and recall, the same as Dice.",
    formula: "2 TP / (2 TP + FP + FN)",
    .perClass { matrix, index in
      ratio(
        2 * matrix.correctCount(index),
        matrix.referenceCount(index) + matrix.predictedCount(index))
    })

  /// Precision (user's accuracy) of a class; nil if nothing was mapped as the class.
  public static let precision = Metric(
    "precision", "Share of what was mapped as a class that is of it (user's accuracy).",
    formula: "TP / (TP + FP)",
    .perClass { matrix, index in
      ratio(matrix.correctCount(index), matrix.predictedCount(index))
    })

  /// Recall (producer's accuracy) of a class; nil if the reference has nothing of the class.
  public static let recall = Metric(
    "recall", "Share of a class's reference pixels that were mapped as it (producer's accuracy).",
    formula: "TP / (TP + FN)",
    .perClass { matrix, index in
      ratio(matrix.correctCount(index), matrix.referenceCount(index))
    })
}
