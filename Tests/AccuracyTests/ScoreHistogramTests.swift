import Testing

@testable import Accuracy

@Suite struct ScoreHistogramTests {
  @Test func probabilitiesThatBinsTellApartGiveTheExactScores() throws {
    let (scores, labels) = RankedScoresTests.sample(200, seed: 3)  // multiples of 1/4
    var histogram = ScoreHistogram(binCount: 8)
    try histogram.add(probabilities: scores, reference: labels)
    let exact = try RankedScores(scores: scores, reference: labels)
    for metric in [Metric.areaUnderROC, .averagePrecision] {
      #expect(histogram.ranked.score(metric) == exact.score(metric))
    }
    // 1 is in the last bin, whose least probability is 7/8
    #expect(histogram.ranked.groups.map(\.score) == [0.875, 0.75, 0.5, 0.25, 0])
  }

  @Test func thresholdsAtTheEdgesOfBinsAreExact() throws {
    let scores = (0..<500).map { Float($0 * 7919 % 1000) / 1000 }
    let labels = scores.indices.map { UInt8($0 % 3 == 0 ? 1 : 0) }
    var histogram = ScoreHistogram(binCount: 64)
    try histogram.add(probabilities: scores, reference: labels)
    let exact = try RankedScores(scores: scores, reference: labels)
    let edges = (0..<64).map { Double($0) / 64 }
    #expect(histogram.ranked.table(edges) == exact.table(edges))
  }

  @Test func partsMergeToTheWholeAndIgnoredPixelsMayHoldAnything() throws {
    var whole = ScoreHistogram(binCount: 4)
    try whole.add(probabilities: [0.1, .nan, 0.6, 1], reference: [0, 255, 1, 1])
    var parts = ScoreHistogram(binCount: 4)
    var second = parts
    try parts.add(probabilities: [0.1, 7], reference: [0, 255])
    try second.add(probabilities: [0.6, 1], reference: [1, 1])
    parts.merge(second)
    #expect(parts == whole)
    #expect(whole.ranked.total == (2, 1))
  }

  @Test func whatIsNoProbabilityIsRefusedAndNothingCounted() {
    var histogram = ScoreHistogram()
    let error = #expect(throws: AccuracyError.self) {
      try histogram.add(probabilities: [0.5, 1.5], reference: [0, 1])
    }
    #expect(error == .invalidProbability(1.5, pixel: 1, channel: 1))
    #expect(histogram == ScoreHistogram())
  }
}
