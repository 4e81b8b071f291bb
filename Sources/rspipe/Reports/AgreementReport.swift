import Accuracy
import Pipelines

/// The scores of a map, as `rspipe evaluate` prints them.
struct AgreementReport: Encodable {
  /// The scores of one class; absent where they are 0/0.
  struct ClassScores: Encodable {
    let value: Int
    let code: Int
    let name: String
    let iou: Double?
    let f1: Double?
    let precision: Double?
    let recall: Double?
    let referencePixels: Int
    let mapPixels: Int
  }

  let map: String
  let reference: String
  let classes: [ClassScores]
  let overallAccuracy: Double?
  let meanIoU: Double?
  let kappa: Double?
  let comparedPixels: Int
  let notObservedPixels: Int
  let pixelsWithoutReference: Int
  /// `confusion[reference class][mapped class]`, in the order of `classes`.
  let confusion: [[Int]]

  /// Computes all scores.
  init(_ agreement: MapAgreement) {
    let matrix = agreement.matrix
    let scores = [Metric.iou, .f1, .precision, .recall].map(matrix.classScores)
    map = agreement.map
    reference = agreement.reference
    classes = agreement.classes.enumerated().map { k, item in
      ClassScores(
        value: item.value, code: item.code, name: item.name, iou: scores[0][k], f1: scores[1][k],
        precision: scores[2][k], recall: scores[3][k], referencePixels: matrix.referenceCount(k),
        mapPixels: matrix.predictedCount(k))
    }
    overallAccuracy = matrix.score(.overallAccuracy)
    meanIoU = matrix.score(.meanIoU)
    kappa = matrix.score(.kappa)
    comparedPixels = matrix.total
    notObservedPixels = agreement.notObservedPixels
    pixelsWithoutReference = agreement.pixelsWithoutReference
    confusion = matrix.counts
  }

  /// The scores for people.
  var text: String {
    var table = Table(
      ["class", "IoU", "F1", "precision", "recall", "reference pixels", "map pixels"])
    for item in classes {
      table.add(
        [item.name] + [item.iou, item.f1, item.precision, item.recall].map(score)
          + ["\(item.referencePixels)", "\(item.mapPixels)"])
    }
    let totals = [
      ("overall accuracy", score(overallAccuracy)), ("mean IoU", score(meanIoU)),
      ("kappa", score(kappa)), ("pixels compared", "\(comparedPixels)"),
      ("not observed in the map", "\(notObservedPixels)"),
      ("without a reference", "\(pixelsWithoutReference)"),
    ]
    return (table.lines + [""] + HelpText.list(totals)).joined(separator: "\n") + "\n"
  }

  private func score(_ value: Double?) -> String { value.map { decimals($0, 4) } ?? "-" }
}
