/// What a threshold gives: pixels whose score is at least as great are mapped as the class.
public struct ThresholdRow: Sendable, Equatable {
  /// The threshold.
  public let threshold: Double
  /// Pixels of the class that are mapped as such.
  public let truePositives: Int
  /// Pixels of other classes that are mapped as the class.
  public let falsePositives: Int
  /// Pixels of the class that are not mapped as such.
  public let falseNegatives: Int
  /// Pixels of other classes that are not mapped as the class.
  public let trueNegatives: Int

  /// TP / (TP + FP); nil where nothing is mapped as the class.
  public var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
  /// TP / (TP + FN); nil where the reference has nothing of the class.
  public var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
  /// 2 TP / (2 TP + FP + FN); nil where the class is in neither raster.
  public var f1: Double? {
    ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }
  /// TP / (TP + FP + FN); nil where the class is in neither raster.
  public var iou: Double? { ratio(truePositives, truePositives + falsePositives + falseNegatives) }

  /// What the errors cost.
  public func cost(falsePositive: Double, falseNegative: Double) -> Double {
    falsePositive * Double(falsePositives) + falseNegative * Double(falseNegatives)
  }
}

/// How a threshold is chosen.
public enum ThresholdRule: Sendable, Equatable {
  /// The greatest F1.
  case f1
  /// The greatest IoU: the same threshold as by F1.
  case iou
  /// The greatest precision among the thresholds that miss no more than this recall allows.
  case recall(atLeast: Double)
  /// The least cost of false alarms and of misses, each by what one pixel costs.
  case cost(falsePositive: Double, falseNegative: Double)
}

extension RankedScores {
  /// A row for every score that occurs, the greatest first.
  public var thresholds: [ThresholdRow] {
    var (hits, alarms) = (0, 0)
    return groups.map { group in
      hits += group.positives
      alarms += group.negatives
      return row(Double(group.score), hits, alarms)
    }
  }

  /// A row for each of the thresholds, in their order.
  public func table(_ thresholds: [Double]) -> [ThresholdRow] {
    let rows = self.thresholds
    return thresholds.map { threshold in
      // rows fall by their score: find the first that is below
      var (low, high) = (0, rows.count)
      while low < high {
        let middle = (low + high) / 2
        if rows[middle].threshold >= threshold { low = middle + 1 } else { high = middle }
      }
      let last = low > 0 ? rows[low - 1] : nil
      return row(threshold, last?.truePositives ?? 0, last?.falsePositives ?? 0)
    }
  }

  /// The best threshold among the scores that occur, the greatest of equals; nil where the
  /// reference has nothing of the class.
  public func best(_ rule: ThresholdRule) -> ThresholdRow? {
    guard total.positives > 0 else { return nil }
    let rows = thresholds
    switch rule {
    case .f1: return best(of: rows) { $0.f1 }
    case .iou: return best(of: rows) { $0.iou }
    case .recall(let least):
      return best(of: rows) { row in (row.recall ?? 0) >= least ? row.precision : nil }
    case .cost(let alarm, let miss):
      return best(of: rows) { -$0.cost(falsePositive: alarm, falseNegative: miss) }
    }
  }

  private func best(of rows: [ThresholdRow], by score: (ThresholdRow) -> Double?) -> ThresholdRow? {
    var best: (row: ThresholdRow, score: Double)?
    for row in rows {
      guard let value = score(row) else { continue }
      if best.map({ value > $0.score }) ?? true { best = (row, value) }
    }
    return best?.row
  }

  private func row(_ threshold: Double, _ hits: Int, _ alarms: Int) -> ThresholdRow {
    ThresholdRow(
      threshold: threshold, truePositives: hits, falsePositives: alarms,
      falseNegatives: total.positives - hits, trueNegatives: total.negatives - alarms)
  }
}
