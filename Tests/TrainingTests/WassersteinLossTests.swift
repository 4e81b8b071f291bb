import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct WassersteinLossTests {
  /// Probabilities 0.1, 0.2, 0.3, 0.4: cumulative 0.1, 0.3, 0.6.
  private func sample(_ target: LossTarget) -> LossSample {
    LossSample(
      images: 1, pixels: 1, classes: 4, logits: [log(1.0), log(2.0), log(3.0), log(4.0)],
      target: target)
  }

  @Test(
    "A label costs the mean distance to it", arguments: [(0, 2.0), (1, 1.2), (2, 0.8), (3, 1.0)])
  func labels(_ label: Int, _ expected: Double) throws {
    // to class 0: 0.2 · 1 + 0.3 · 2 + 0.4 · 3
    let value = try sample(.labels([UInt8(label)])).evaluate(
      makeLoss(WassersteinLoss.self, classes: 4)
    )
    .value
    #expect(abs(value - expected) < 1e-15)
  }

  @Test func gapsAreTheDistancesOfNeighbours() throws {
    let gaps = JSONValue.list([.number(1), .number(10), .number(100)])
    let loss = try makeLoss(WassersteinLoss.self, classes: 4, [("gaps", gaps)])
    // to class 3: 0.1 · 111 + 0.2 · 110 + 0.3 · 100
    #expect(abs(try sample(.labels([3])).evaluate(loss).value - 63.1) < 1e-13)
  }

  @Test func powerTwoSquaresTheCumulativeDifferences() throws {
    let loss = try makeLoss(WassersteinLoss.self, classes: 4, [("power", .number(2))])
    let value = try sample(.labels([3])).evaluate(loss).value
    #expect(abs(value - (0.01 + 0.09 + 0.36)) < 1e-15)
  }

  @Test func aSoftTargetIsComparedByItsCumulativeSums() throws {
    let loss = try makeLoss(WassersteinLoss.self, classes: 4)
    // cumulative 0.5, 0.5, 0.75 against 0.1, 0.3, 0.6
    let target = LossTarget.probabilities([0.5, 0, 0.25, 0.25], keep: nil)
    #expect(abs(try sample(target).evaluate(loss).value - 0.75) < 1e-15)
  }

  @Test func theGradientOfTwoClassesIsThatOfTheAbsoluteError() throws {
    let two = LossSample(
      images: 1, pixels: 1, classes: 2, logits: [0, log(3.0)], target: .labels([0]))
    let (value, gradient) = try two.evaluate(makeLoss(WassersteinLoss.self, classes: 2))
    // |p_0 - 1| = 3/4, slope p_0 p_1 = 3/16
    #expect(abs(value - 0.75) < 1e-15)
    #expect(abs(gradient[0] + 0.1875) < 1e-15 && abs(gradient[1] - 0.1875) < 1e-15)
  }

  @Test(arguments: [1, 1.5, 2, 3])
  func gradientsAreTheSlopesOfTheValueForEveryPower(_ power: Double) throws {
    let gaps = JSONValue.list([.number(0.5), .number(2), .number(0)])
    let loss = try makeLoss(
      WassersteinLoss.self, classes: 4, [("power", .number(power)), ("gaps", gaps)])
    for sample in LossSample.edgeCases(classes: 4) {
      let gradient = try sample.evaluate(loss).gradient
      // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 1e-9)
      #expect(maxAbs(gradient) > 1e-3)
    }
  }

  @Test func theRightClassIsWorthNothing() throws {
    let sure = LossSample(
      images: 1, pixels: 1, classes: 3, logits: [-800, 800, -800], target: .labels([1]))
    for type in [RS_FLOAT32, RS_FLOAT64] {
      let (value, gradient) = try sure.evaluate(
        makeLoss(WassersteinLoss.self, classes: 3), type: type)
      #expect(value == 0 && gradient == [0, 0, 0])
    }
  }

  @Test func wrongGapsAndOneChannelAreRefused() {
    let gaps = JSONValue.list([.number(1), .number(2)])
    #expect(
      errorMessage { try makeLoss(WassersteinLoss.self, classes: 4, [("gaps", gaps)]) }
        == "loss 'w1': gaps has 2 numbers, but 4 classes have 3 gaps between them: give one number "
        + "for each")
    #expect(
      errorMessage { try makeLoss(WassersteinLoss.self, classes: 1) }
        == "loss 'w1' does not suit a model with 1 output channel: use 'bce', or a model with a "
        + "channel for each class")
  }
}
