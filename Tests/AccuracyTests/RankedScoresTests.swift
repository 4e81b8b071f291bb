import Testing

@testable import Accuracy

@Suite struct RankedScoresTests {
  /// Scores of 0 to 4 with many ties, and labels that lean towards high ones.
  static func sample(_ count: Int, seed: UInt64) -> (scores: [Float], labels: [UInt8]) {
    var state = seed
    func draw(_ below: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % below
    }
    let scores = (0..<count).map { _ in Float(draw(5)) / 4 }
    let labels = scores.map { score -> UInt8 in
      draw(10) == 0 ? 255 : Float(draw(5)) / 4 < score ? 1 : 0
    }
    return (scores, labels)
  }

  @Test func pixelsOfOneScoreAreAGroup() throws {
    let ranked = try RankedScores(
      scores: [0.5, 1, 0.5, .nan, -0.0, 0, 0.5], reference: [1, 1, 0, 255, 2, 0, 1])
    #expect(ranked.groups.map(\.score) == [1, 0.5, 0])
    #expect(ranked.groups.map(\.positives) == [1, 2, 0])
    #expect(ranked.groups.map(\.negatives) == [0, 1, 2])
    #expect(ranked.total == (3, 3))
  }

  @Test func theAreaUnderTheCurveCountsPairs() throws {
    let (scores, labels) = Self.sample(60, seed: 5)
    var (wins, pairs) = (0.0, 0.0)
    for (a, label) in labels.enumerated() where label == 1 {
      for (b, other) in labels.enumerated() where other == 0 {
        pairs += 1
        wins += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0
      }
    }
    let ranked = try RankedScores(scores: scores, reference: labels)
    #expect(ranked.score(.areaUnderROC) == wins / pairs)
    #expect(wins / pairs > 0.6)
  }

  /// Scores 0.9 (positive), 0.8 (negative), 0.7 (a tie of both), 0.1 (negative):
  /// recall 1/2 at precision 1, then 2/2 at 2/4.
  @Test func averagePrecisionTakesTiesTogether() throws {
    let ranked = try RankedScores(
      scores: [0.7, 0.9, 0.8, 0.7, 0.1], reference: [1, 1, 0, 0, 0])
    #expect(ranked.score(.averagePrecision) == 0.5 * 1 + 0.5 * 2 / 4)
    #expect(ranked.score(.areaUnderROC) == (3 + 1.5) / 6)
  }

  @Test func perfectRandomAndInvertedScoresAreToldApart() throws {
    let labels: [UInt8] = [0, 0, 1, 1]
    let perfect = try RankedScores(scores: [1, 2, 3, 4], reference: labels)
    let constant = try RankedScores(scores: [7, 7, 7, 7], reference: labels)
    let inverted = try RankedScores(scores: [4, 3, 2, 1], reference: labels)
    #expect([perfect, constant, inverted].map { $0.score(.areaUnderROC) } == [1, 0.5, 0])
    #expect(perfect.score(.averagePrecision) == 1)
    #expect(constant.score(.averagePrecision) == 0.5)
    #expect(inverted.score(.averagePrecision) == (1.0 / 3 + 2.0 / 4) / 2)
  }

  @Test func oneClassAloneHasNoCurve() throws {
    #expect(try RankedScores(scores: [1], reference: [0]).score(.averagePrecision) == nil)
    #expect(try RankedScores(scores: [1], reference: [0]).score(.areaUnderROC) == nil)
    #expect(try RankedScores(scores: [1], reference: [1]).score(.areaUnderROC) == nil)
    #expect(try RankedScores(scores: [1], reference: [1]).score(.averagePrecision) == 1)
  }

  @Test func partsMergeToTheWhole() throws {
    let (scores, labels) = Self.sample(90, seed: 8)
    let whole = try RankedScores(scores: scores, reference: labels)
    var merged = RankedScores()
    for part in [0..<10, 10..<11, 11..<70, 70..<90] {
      merged.merge(
        try RankedScores(scores: Array(scores[part]), reference: Array(labels[part])))
    }
    #expect(merged == whole)
    #expect(merged.total == whole.total)
  }

  @Test func aScoreThatIsNoNumberIsRefused() {
    let error = #expect(throws: AccuracyError.self) {
      try RankedScores(scores: [1, .nan], reference: [0, 1])
    }
    #expect(
      error?.description == "score nan at pixel 1: expected a number; give pixels that were not "
        + "observed the ignored label")
  }
}
