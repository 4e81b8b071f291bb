import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// The named forms of the region loss beyond Dice and Jaccard.
struct TverskyLossTests {
  private static let parameters = [("smooth", JSONValue.number(0.5))]

  private func region(
    _ parameters: [(String, JSONValue)], classes: Int
  ) throws -> RegionLoss {
    try makeLoss(RegionLoss.self, classes: classes, Self.parameters + parameters)
  }

  private func expectSame(
    _ loss: any Loss, as expected: any Loss, classes: Int, within limit: Double = 0
  ) throws {
    for sample in LossSample.edgeCases(classes: classes) {
      let (found, expected) = (try sample.evaluate(loss), try sample.evaluate(expected))
      #expect(abs(found.value - expected.value) <= limit)
      #expect(maxAbsDifference(found.gradient, expected.gradient) <= limit)
    }
  }

  @Test(arguments: [1, 4])
  func tverskyIsTheRegionLossWithItsWeights(classes: Int) throws {
    let weights = [("alpha", JSONValue.number(0.2)), ("beta", .number(0.9))]
    for form in ["product", "l1"] {
      let form = [("form", JSONValue.text(form))]
      try expectSame(
        makeLoss(TverskyLoss.self, classes: classes, Self.parameters + weights + form),
        as: region(weights + form, classes: classes), classes: classes)
    }
  }

  @Test func focalTverskyIsItsPowerClassByClass() throws {
    let weights = [("alpha", JSONValue.number(0.3)), ("beta", .number(0.7))]
    let rest = weights + [("form", .text("product")), ("gamma", .number(4))]
    try expectSame(
      makeLoss(FocalTverskyLoss.self, classes: 4, Self.parameters),
      as: region(rest, classes: 4), classes: 4)
  }

  @Test func diceSemimetricIsTheFirstMetricForm() throws {
    let half = [("alpha", JSONValue.number(0.5)), ("beta", .number(0.5)), ("form", .text("l1"))]
    try expectSame(
      makeLoss(DiceSemimetricLoss.self, classes: 4, Self.parameters),
      as: region(half, classes: 4), classes: 4)
  }

  @Test func diceSemimetricIsZeroAtItsSoftTargetAndDiceIsNot() throws {
    let target: [Float] = [0.25, 0.75, 0.5, 0.5]
    let sample = LossSample(
      images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), 0, 0],
      target: .probabilities(target, keep: nil))
    let semimetric = try sample.evaluate(makeLoss(DiceSemimetricLoss.self, classes: 2)).value
    let dice = try sample.evaluate(makeLoss(DiceLoss.self, classes: 2)).value
    #expect(abs(semimetric) < 1e-12 && dice > 0.1)
  }

  @Test func weightsOfWeightedJaccardAreScaledToAMeanOfOne() throws {
    func weights(_ numbers: [Double]) -> [(String, JSONValue)] {
      [("class_weights", .list(numbers.map { .number($0) }))]
    }
    // 1 + 2 + 4 + 1 = 8 for four classes; scaling rounds nothing
    try expectSame(
      makeLoss(
        WeightedJaccardLoss.self, classes: 4, Self.parameters + weights([1, 2, 4, 1])),
      as: region(weights([0.5, 1, 2, 0.5]) + [("form", .text("product"))], classes: 4),
      classes: 4)
  }

  @Test func aPowerBelowOneHasAFiniteSlopeAtAPerfectPrediction() throws {
    let sure = LossSample(
      images: 1, pixels: 2, classes: 2, logits: [40, -40, -40, 40], target: .labels([0, 1]))
    let loss = try makeLoss(FocalTverskyLoss.self, classes: 2, [("gamma", .number(0.75))])
    let (value, gradient) = try sure.evaluate(loss)
    // (1e-7)^0.75
    #expect(value > 0 && value < 6e-6)
    #expect(gradient.allSatisfy { abs($0) < 1e-12 })
  }
}
