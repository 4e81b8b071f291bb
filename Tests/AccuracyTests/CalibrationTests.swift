import Glibc
import Testing

@testable import Accuracy

@Suite struct CalibrationTests {
  private func calibration(
    _ probabilities: [Float], _ reference: [UInt8], binCount: Int = 4
  ) throws -> Calibration {
    var calibration = Calibration(classCount: 2, binCount: binCount)
    try calibration.add(probabilities: probabilities, reference: reference)
    return calibration
  }

  /// All probabilities are multiples of 1/8 and exact, so the scores are compared exactly.
  @Test func scoresFollowTheirFormulas() throws {
    let scores = try calibration([0.875, 0.125, 0.375, 0.625, 0.25, 0.75, 1, 0], [0, 0, 1, 0])
    #expect(
      scores.bins == [
        Calibration.Bin(index: 2, count: 1, accuracy: 0, confidence: 0.625),
        Calibration.Bin(index: 3, count: 3, accuracy: 1, confidence: 0.875),
      ])
    #expect(scores.score(.expectedCalibrationError) == (0.625 + 0.375) / 4)
    #expect(scores.score(.maximumCalibrationError) == 0.625)
    // Class 0, bins by probability: {0.375: true}, {0.25: false} in bin 1, {0.875, 1: true} in 3;
    // class 1: {0.125, 0: false} in bin 0, {0.625: false} in 2, {0.75: true} in 3.
    let gaps = (0.375 + 0.125) + (0.125 + 0.625 + 0.25)
    #expect(scores.score(.classwiseCalibrationError) == gaps / 4 / 2)
    let squares = 2 * (0.125 * 0.125 + 0.625 * 0.625 + 0.25 * 0.25)
    #expect(scores.score(.brierScore) == squares / 4)
    let likelihood = try #require(scores.score(.negativeLogLikelihood))
    // A sum of four rounded logarithms: 1e-15.
    #expect(abs(likelihood + (log(0.875) + log(0.375) + log(0.75)) / 4) < 1e-15)
  }

  @Test func everyClassHasAReliabilityDiagramOfItsOwn() throws {
    let scores = try calibration([0.875, 0.125, 0.375, 0.625, 0.25, 0.75, 1, 0], [0, 0, 1, 0])
    #expect(
      scores.bins(ofClass: 0) == [
        Calibration.Bin(index: 1, count: 2, accuracy: 0.5, confidence: 0.3125),
        Calibration.Bin(index: 3, count: 2, accuracy: 1, confidence: 0.9375),
      ])
    #expect(scores.bins(ofClass: 1).map(\.count) == [2, 1, 1])
    #expect(scores.bins(ofClass: 1).map(\.accuracy) == [0, 0, 1])
  }

  @Test func ignoredPixelsMayHoldAnything() throws {
    let scores = try calibration([.nan, 7, 1, 0], [255, 0])
    #expect(scores.total == 1)
    #expect(scores.score(.brierScore) == 0)
  }

  @Test func aLabelOfProbabilityZeroGivesAFiniteLoss() throws {
    let likelihood = try #require(calibration([1, 0], [1]).score(.negativeLogLikelihood))
    #expect(likelihood == -log(Double(Float.leastNormalMagnitude)))
  }

  @Test func whatIsNoProbabilityIsRefusedAndNothingCounted() {
    var scores = Calibration(classCount: 2)
    let error = #expect(throws: AccuracyError.self) {
      try scores.add(probabilities: [0.5, 0.5, -2.5, 1], reference: [0, 0])
    }
    #expect(
      error?.description == "probability -2.5 at pixel 1, class 0: expected 0 to 1; "
        + "pass probabilities, not logits")
    #expect(throws: AccuracyError.self) {
      try scores.add(probabilities: [.nan, 0.5], reference: [0])
    }
    let label = #expect(throws: AccuracyError.self) {
      try scores.add(probabilities: [0.5, 0.5], reference: [2])
    }
    #expect(
      label == .unknownClass(.reference, value: 2, pixel: 0, classCount: 2))
    #expect(scores.total == 0)
  }

  @Test func partsMergeToTheWhole() throws {
    let whole = try calibration([0.875, 0.125, 0.375, 0.625, 0.25, 0.75], [0, 1, 1])
    var parts = try calibration([0.875, 0.125], [0])
    parts.merge(try calibration([0.375, 0.625, 0.25, 0.75], [1, 1]))
    #expect(parts.bins == whole.bins)
    for metric in metrics {
      guard case .calibration = metric.rule else { continue }
      #expect(parts.score(metric) == whole.score(metric))
    }
  }
}
