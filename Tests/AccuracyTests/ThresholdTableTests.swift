import Testing

@testable import Accuracy

@Suite struct ThresholdTableTests {
  /// From the greatest score: + + - + - - + -, at 0.9, 0.8, … 0.2.
  private func ranked() throws -> RankedScores {
    try RankedScores(
      scores: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2], reference: [1, 1, 0, 1, 0, 0, 1, 0])
  }

  @Test func aRowCountsWhatIsAtLeastTheThreshold() throws {
    let rows = try ranked().table([0.95, 0.6, 0, 0.65])
    #expect(rows.map(\.threshold) == [0.95, 0.6, 0, 0.65])
    #expect(rows.map(\.truePositives) == [0, 3, 4, 2])
    #expect(rows.map(\.falsePositives) == [0, 1, 4, 1])
    #expect(rows.map(\.falseNegatives) == [4, 1, 0, 2])
    #expect(rows.map(\.trueNegatives) == [4, 3, 0, 3])
    #expect(rows.map(\.precision) == [nil, 0.75, 0.5, 2.0 / 3])
    #expect(rows.map(\.recall) == [0, 0.75, 1, 0.5])
    let f1: [Double?] = [0, 0.75, 8.0 / 12, 4.0 / 7]
    #expect(rows.map(\.f1) == f1)
    #expect(rows.map(\.iou) == [0, 0.6, 0.5, 0.4])
  }

  @Test func everyScoreThatOccursHasARow() throws {
    let rows = try ranked().thresholds
    #expect(rows.map(\.truePositives) == [1, 2, 2, 3, 3, 3, 4, 4])
    #expect(rows.map(\.falsePositives) == [0, 0, 1, 1, 2, 3, 3, 4])
    #expect(try ranked().table(rows.map(\.threshold)) == rows)
  }

  @Test(arguments: [
    (ThresholdRule.f1, 0.6), (.iou, 0.6),  // 6 / 8
    (.recall(atLeast: 0.5), 0.8),  // precision 1
    (.recall(atLeast: 0.6), 0.6), (.recall(atLeast: 1), 0.3),
    (.cost(falsePositive: 1, falseNegative: 1), 0.8),  // 2, as at 0.6: the greater
    (.cost(falsePositive: 1, falseNegative: 10), 0.3),  // 3 against 11 at 0.6
    (.cost(falsePositive: 10, falseNegative: 1), 0.8),
  ])
  func aThresholdIsChosenByItsRule(rule: ThresholdRule, expected: Double) throws {
    #expect(try ranked().best(rule)?.threshold == Double(Float(expected)))
  }

  @Test func withoutThePixelsOfTheClassThereIsNoBest() throws {
    let ranked = try RankedScores(scores: [0.5], reference: [0])
    #expect(ranked.best(.f1) == nil)
    #expect(ranked.best(.cost(falsePositive: 1, falseNegative: 1)) == nil)
    #expect(ranked.thresholds[0].recall == nil)
  }
}
