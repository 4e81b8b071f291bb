import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// Focal, Poly-1 and Lovász losses where something is known of them.
struct PixelLossTests {
  private func sample(_ logits: [Double], _ labels: [UInt8], classes: Int) -> LossSample {
    LossSample(
      images: 1, pixels: labels.count, classes: classes, logits: logits, target: .labels(labels))
  }

  @Test func focalWithoutPowerIsCrossEntropy() throws {
    for sample in LossSample.edgeCases(classes: 4) {
      let focal = try makeLoss(FocalLoss.self, classes: 4, [("gamma", .number(0))])
      let entropy = try makeLoss(CrossEntropy.self, classes: 4)
      let (a, b) = (try sample.evaluate(focal), try sample.evaluate(entropy))
      #expect(abs(a.value - b.value) <= 1e-14 * b.value)
      #expect(maxAbsDifference(a.gradient, b.gradient) <= 1e-14)
    }
  }

  @Test func aSurePixelHasNoFocalLossAndNoSlope() throws {
    let loss = try makeLoss(FocalLoss.self, classes: 2, [("gamma", .number(0.5))])
    let found = try sample([60, -60], [0], classes: 2).evaluate(loss)
    #expect(found.value >= 0 && found.value < 1e-40)
    #expect(found.gradient.allSatisfy { abs($0) < 1e-40 })
  }

  @Test func alphaIsOneNumberWithOneChannel() throws {
    #expect(
      throws: LossError.conflict(
        loss: "focal",
        reason: "with one output channel alpha is one number from 0 to 1, that of the foreground")
    ) {
      try makeLoss(FocalLoss.self, classes: 1, [("alpha", .list([.number(0.2), .number(0.8)]))])
    }
    #expect(throws: LossError.weightCount(loss: "focal", expected: 3, found: 2)) {
      try makeLoss(FocalLoss.self, classes: 3, [("alpha", .list([.number(0.2), .number(0.8)]))])
    }
  }

  @Test func lovaszOfHardPredictionsIsTheJaccardLoss() throws {
    // predicted foreground: 0, 1, 2; true: 1, 2, 3; sure logits
    let logits = [1.0, 1, 1, -1, -1].flatMap { [-40 * $0, 40 * $0] }
    let loss = try makeLoss(LovaszSoftmax.self, classes: 2)
    let found = try sample(logits, [0, 1, 1, 1, 0], classes: 2).evaluate(loss)
    // foreground 2 of 4, background 1 of 3
    #expect(abs(found.value - (0.5 + 2.0 / 3) / 2) < 1e-12)
  }

  @Test func lovaszSlopesSumToOneWhereAllIsWrong() {
    let slopes = LovaszOrder.slopes([0.9, 0.2, 0.9, 0.5], truth: [1, 0, 0, 1])
    #expect(abs(slopes.reduce(0, +) - 1) < 1e-15 && slopes.allSatisfy { $0 >= 0 })
  }

  @Test func theHingeIsZeroBeyondTheMargin() throws {
    let loss = try makeLoss(LovaszHinge.self, classes: 1)
    let found = try sample([1.5, -2, 3], [1, 0, 1], classes: 1).evaluate(loss)
    #expect(found.value == 0 && found.gradient.allSatisfy { $0 == 0 })
    #expect(throws: LossError.self) { try makeLoss(LovaszHinge.self, classes: 2) }
  }

  @Test func bagsOfOnePixelCompareEachPixel() throws {
    var sample = LossSample.edgeCases(classes: 4)[0]
    sample.width = 4
    let cells = try makeLoss(
      ProportionLoss.self, classes: 4, [("kind", .text("l2")), ("cell", .number(1))])
    let whole = try makeLoss(
      ProportionLoss.self, classes: 4, [("kind", .text("l2"))])
    // Jensen: the mean of squares is not below the square of the mean
    #expect(try sample.evaluate(cells).value > sample.evaluate(whole).value)
  }

  @Test func unifiedFocalWithoutSuppressionIsHalfTverskyHalfCrossEntropy() throws {
    let sample = LossSample.edgeCases(classes: 4)[0]
    let unified = try makeLoss(
      UnifiedFocalLoss.self, classes: 4, [("gamma", .number(0)), ("delta", .number(0.5))])
    let entropy = try makeLoss(CrossEntropy.self, classes: 4)
    let dice = try makeLoss(DiceLoss.self, classes: 4, [("active", .text("all"))])
    let expected =
      try 0.5 * (0.5 * sample.evaluate(entropy).value + sample.evaluate(dice).value)
    #expect(abs(try sample.evaluate(unified).value - expected) < 1e-12)
  }

  @Test func weightedJaccardAsksForWeights() {
    #expect(
      throws: LossError.conflict(
        loss: "weighted_jaccard",
        reason: "it needs class_weights, or class_weight_rule: inverse; without weights write "
          + "'jaccard'")
    ) { try makeLoss(WeightedJaccardLoss.self, classes: 2) }
  }
}
