import Glibc

/// Scores of semantic change maps, in which class 0 means no change and every other class a kind of
/// change, after the SECOND benchmark (Yang et al. 2021, arXiv 2010.05687).
extension Metric {
  /// IoU of changed against unchanged, whatever the kind.
  public static let changeIoU = Metric(
    "iou_change", "Overlap of what changed in map and reference, whatever the kind of change.",
    formula: "changed in both / changed in either; class 0 is no change",
    .overall { $0.binaryChange.iou })

  /// IoU of the unchanged.
  public static let noChangeIoU = Metric(
    "iou_no_change", "Overlap of what did not change in map and reference.",
    formula: "TP_0 / (TP_0 + FP_0 + FN_0); class 0 is no change",
    .overall { Metric.iou.score($0, of: 0) })

  /// Mean of both.
  public static let changeMeanIoU = Metric(
    "miou_change", "Mean IoU of changed and unchanged, whatever the kind of change.",
    formula: "(iou_change + iou_no_change) / 2",
    .overall { matrix in
      guard let change = matrix.score(.changeIoU), let rest = matrix.score(.noChangeIoU) else {
        return nil
      }
      return (change + rest) / 2
    })

  /// F1 of changed against unchanged.
  public static let changeF1 = Metric(
    "f1_change", "F1 of what changed, whatever the kind of change.",
    formula: "2 changed in both / (changed in the reference + changed in the map)",
    .overall { $0.binaryChange.f1 })

  /// Kappa without the pixels that changed in neither raster.
  public static let changeKappa = Metric(
    "kappa_without_unchanged",
    "Kappa without the pixels that are unchanged in both map and reference.",
    formula: "kappa of the matrix with its cell (0, 0) set to 0",
    .overall { $0.withoutUnchanged.score(.kappa) })

  /// Separated kappa.
  public static let separatedKappa = Metric(
    "sek", "Separated kappa: kappa without what is unchanged in both, scaled by the IoU of change.",
    formula: "kappa_without_unchanged exp(iou_change - 1)",
    .overall { matrix in
      guard let kappa = matrix.score(.changeKappa), let iou = matrix.score(.changeIoU) else {
        return nil
      }
      return kappa * exp(iou - 1)
    })

  /// F1 of changes whose kind is right.
  public static let semanticChangeF1 = Metric(
    "f_scd", "F1 of changed pixels whose kind of change is right.",
    formula:
      "2 P R / (P + R), P = sum_{k>0} TP_k / sum_{k>0} p_k, R = sum_{k>0} TP_k / sum_{k>0} r_k",
    .overall { matrix in
      let kinds = 1..<max(matrix.classCount, 1)
      let correct = kinds.reduce(0) { $0 + matrix.correctCount($1) }
      guard
        let precision = ratio(correct, kinds.reduce(0) { $0 + matrix.predictedCount($1) }),
        let recall = ratio(correct, kinds.reduce(0) { $0 + matrix.referenceCount($1) }),
        precision + recall > 0
      else { return nil }
      return 2 * precision * recall / (precision + recall)
    })

  /// The score by which the SECOND challenge ranks.
  public static let semanticChangeScore = Metric(
    "scd_score", "The score of the SECOND challenge: where something changed, and to what.",
    formula: "0.3 miou_change + 0.7 sek",
    .overall { matrix in
      guard let iou = matrix.score(.changeMeanIoU), let kappa = matrix.score(.separatedKappa) else {
        return nil
      }
      return 0.3 * iou + 0.7 * kappa
    })
}

extension ConfusionMatrix {
  /// Scores of changed against unchanged.
  fileprivate var binaryChange: (iou: Double?, f1: Double?) {
    let unchanged = self[reference: 0, predicted: 0]
    let inReference = total - referenceCount(0)
    let inMap = total - predictedCount(0)
    let either = total - unchanged
    let both = inReference + inMap - either
    return (ratio(both, either), ratio(2 * both, inReference + inMap))
  }

  /// The same without the pixels that are of class 0 in both rasters.
  fileprivate var withoutUnchanged: ConfusionMatrix {
    var counts = counts
    counts[0][0] = 0
    return ConfusionMatrix(counts: counts)
  }
}
