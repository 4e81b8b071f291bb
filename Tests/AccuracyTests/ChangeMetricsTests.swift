import Testing

@testable import Accuracy

@Suite struct ChangeMetricsTests {
  /// The vector of the SECOND benchmark's evaluation code, to the last digit but one.
  @Test func theBenchmarksScoresAreMet() throws {
    let matrix = ConfusionMatrix(counts: [[800, 10, 5], [20, 60, 8], [6, 4, 87]])
    for (metric, expected) in [
      (Metric.separatedKappa, 0.4455875013006788), (.changeMeanIoU, 0.8731242568370987),
      (.semanticChangeScore, 0.5738485279616048),
    ] {
      let score = try #require(matrix.score(metric))
      #expect(abs(score - expected) < 1e-14, "\(metric.name)")
    }
  }

  /// 159 pixels changed in both rasters, 185 in the reference, 174 in the map, 200 in either.
  @Test func changedAgainstUnchangedForgetsTheKind() {
    let matrix = ConfusionMatrix(counts: [[800, 10, 5], [20, 60, 8], [6, 4, 87]])
    #expect(matrix.score(.changeIoU) == 159.0 / 200)
    #expect(matrix.score(.noChangeIoU) == 800.0 / 841)
    #expect(matrix.score(.changeF1) == 2 * 159.0 / (185 + 174))
  }

  @Test func whereNothingChangedNoScoreOfChangeIsDefined() {
    let matrix = ConfusionMatrix(counts: [[9, 0], [0, 0]])
    #expect(matrix.score(.noChangeIoU) == 1)
    for metric in [
      Metric.changeIoU, .changeMeanIoU, .changeF1, .changeKappa, .separatedKappa,
      .semanticChangeF1, .semanticChangeScore,
    ] { #expect(matrix.score(metric) == nil, "\(metric.name)") }
  }

  @Test func changesWhoseKindIsAlwaysWrongHaveNoF1() {
    // 0 / 0 of precision and recall, as in the reference data
    #expect(
      ConfusionMatrix(counts: [[5, 0, 0], [0, 0, 3], [0, 2, 0]]).score(.semanticChangeF1) == nil)
  }
}
