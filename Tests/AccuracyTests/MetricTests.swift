import Testing

@testable import Accuracy

@Suite struct MetricTests {
  @Test func namesAreDistinctAndFoundAgain() {
    #expect(Set(metrics.map(\.name)).count == metrics.count)
    for metric in metrics {
      #expect(Metric.named(metric.name)?.summary == metric.summary)
      #expect(metric.name.allSatisfy { $0 == "_" || $0.isNumber || $0.isLowercase })
    }
    #expect(Metric.named("mean_iou")?.formula == Metric.meanIoU.formula)
    #expect(Metric.named("miou") == nil)
  }

  @Test func everyMetricIsDescribedInOneSentence() {
    for metric in metrics {
      #expect(metric.summary.hasSuffix("."))
      #expect(!metric.summary.contains("\n"))
      #expect(!metric.formula.isEmpty)
    }
  }

  @Test func onlyMeasuresOfErrorImproveDownwards() {
    let lower = metrics.filter { $0.better == .lower }.map(\.name)
    #expect(lower == ["ece", "mce", "classwise_ece", "brier", "nll"])
  }

  /// Nothing counted: every score of every kind is 0/0, none is 0 or NaN.
  @Test func withoutPixelsEveryScoreIsNil() {
    let matrix = ConfusionMatrix(classCount: 3)
    let images = FineGrainedIoU([matrix, matrix])
    let calibration = Calibration(classCount: 3)
    let ranked = RankedScores()
    let boundaries = BoundaryIoU(classCount: 3, distance: 1)
    for metric in metrics {
      switch metric.rule {
      case .perClass: #expect(matrix.classScores(metric) == [nil, nil, nil])
      case .overall: #expect(matrix.score(metric) == nil)
      case .images: #expect(images.score(metric) == nil)
      case .calibration: #expect(calibration.score(metric) == nil)
      case .ranking: #expect(ranked.score(metric) == nil)
      case .boundary: #expect(boundaries.score(metric) == nil)
      }
    }
  }

  /// 2 burned of 4 mapped, 3 in the reference: TP 2, FP 2, FN 1, TN 5.
  @Test func scoresFollowTheirFormulas() throws {
    let matrix = ConfusionMatrix(counts: [[5, 2], [1, 2]])
    #expect(matrix.classScores(.iou) == [5.0 / 8, 2.0 / 5])
    #expect(matrix.classScores(.f1) == [10.0 / 13, 4.0 / 7])
    #expect(matrix.classScores(.precision) == [5.0 / 6, 2.0 / 4])
    #expect(matrix.classScores(.recall) == [5.0 / 7, 2.0 / 3])
    #expect(matrix.score(.overallAccuracy) == 0.7)
    #expect(matrix.score(.meanPrecision) == (5.0 / 6 + 2.0 / 4) / 2)
    // Chance: (7 * 6 + 3 * 4) / 100 = 0.54; kappa: (0.7 - 0.54) / 0.46. Rounding: 1e-15.
    let kappa = try #require(matrix.score(.kappa))
    #expect(abs(kappa - 8.0 / 23) < 1e-15)
    let weighted = try #require(matrix.score(.frequencyWeightedIoU))
    #expect(abs(weighted - (0.7 * 0.625 + 0.3 * 0.4)) < 1e-15)
  }
}
