import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct FocalLossTests {
  /// Probabilities 1/4 and 3/4.
  private let two = LossSample(
    images: 1, pixels: 1, classes: 2, logits: [0, log(3.0)], target: .labels([0]))
  /// Probability 3/4 of the foreground.
  private let one = LossSample(
    images: 1, pixels: 2, classes: 1, logits: [log(3.0), log(3.0)], target: .labels([1, 0]))

  @Test func aPixelCountsByThePowerOfItsError() throws {
    let loss = try makeLoss(FocalLoss.self, classes: 2)
    // (3/4)^2 log 4
    #expect(abs(try two.evaluate(loss).value - 0.5625 * log(4.0)) < 1e-15)
  }

  @Test func gammaZeroIsTheCrossEntropy() throws {
    let plain = try makeLoss(CrossEntropy.self, classes: 4, [("smoothing", .number(0.1))])
    let focal = try makeLoss(
      FocalLoss.self, classes: 4, [("gamma", .number(0)), ("smoothing", .number(0.1))])
    for sample in LossSample.edgeCases(classes: 4) {
      let (expected, found) = (try sample.evaluate(plain), try sample.evaluate(focal))
      // different orders of the same sums
      #expect(abs(found.value - expected.value) < 1e-14)
      #expect(maxAbsDifference(found.gradient, expected.gradient) < 1e-15)
    }
  }

  @Test func alphaOfOneChannelIsSharedWithTheBackground() throws {
    let loss = try makeLoss(FocalLoss.self, classes: 1, [("alpha", .number(0.25))])
    // foreground 0.25 (1/4)^2 log(4/3), background 0.75 (3/4)^2 log 4
    let expected = (0.25 / 16 * log(4.0 / 3) + 0.75 * 0.5625 * log(4.0)) / 2
    #expect(abs(try one.evaluate(loss).value - expected) < 1e-15)
    let weights = JSONValue.list([.number(0.75), .number(0.25)])
    let weighted = try makeLoss(FocalLoss.self, classes: 1, [("class_weights", weights)])
    #expect(try one.evaluate(weighted).value == one.evaluate(loss).value)
  }

  @Test(arguments: [0.5, 1, 3], [1, 4])
  func gradientsAreTheSlopesOfTheValueForEveryGamma(_ gamma: Double, _ classes: Int) throws {
    let loss = try makeLoss(
      FocalLoss.self, classes: classes, [("gamma", .number(gamma)), ("smoothing", .number(0.2))])
    for sample in LossSample.edgeCases(classes: classes) {
      let gradient = try sample.evaluate(loss).gradient
      // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 1e-9)
    }
  }

  @Test func aCertainPixelHasNoLossAndNoGradientEvenWithAGammaBelowOne() throws {
    let sure = LossSample(
      images: 1, pixels: 1, classes: 2, logits: [900, -900], target: .labels([0]))
    let loss = try makeLoss(FocalLoss.self, classes: 2, [("gamma", .number(0.5))])
    let (value, gradient) = try sure.evaluate(loss)
    #expect(value == 0 && gradient == [0, 0])
  }

  @Test func factorsThatDoNotFitAreRefused() {
    let pair = JSONValue.list([.number(1), .number(2)])
    #expect(
      errorMessage { try makeLoss(FocalLoss.self, classes: 3, [("alpha", pair)]) }
        == "loss 'focal': alpha has 2 numbers, but the model has 3 classes: give one number for "
        + "each")
    #expect(
      errorMessage { try makeLoss(FocalLoss.self, classes: 1, [("alpha", pair)]) }
        == "loss 'focal': alpha of a model with one output channel is one number from 0 to 1")
    #expect(
      errorMessage {
        try makeLoss(FocalLoss.self, classes: 2, [("alpha", pair), ("class_weights", pair)])
      } == "loss 'focal': alpha and class_weights say the same: set one of them")
    #expect(
      errorMessage { try makeLoss(FocalLoss.self, classes: 1, [("class_weights", .number(1))]) }
        == "loss 'focal': class_weights of a model with one output channel are two numbers, of "
        + "the background and of the foreground")
  }
}
