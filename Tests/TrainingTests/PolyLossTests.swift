import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct PolyLossTests {
  /// Probabilities 1/4 and 3/4 in each of two pixels.
  private let two = LossSample(
    images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), 0, log(3.0)], target: .labels([0, 1]))

  @Test func epsilonAddsTheProbabilityOfBeingWrong() throws {
    let loss = try makeLoss(PolyLoss.self, classes: 2, [("epsilon", .number(2))])
    // log 4 + 2 · 3/4 and log 4/3 + 2 · 1/4
    let expected = (log(4.0) + log(4.0 / 3) + 2) / 2
    #expect(abs(try two.evaluate(loss).value - expected) < 1e-15)
  }

  @Test func weightsScaleWholePixelsAndTheirDenominator() throws {
    let weights = JSONValue.list([.number(1), .number(3)])
    let loss = try makeLoss(PolyLoss.self, classes: 2, [("class_weights", weights)])
    let expected = (log(4.0) + 0.75 + 3 * (log(4.0 / 3) + 0.25)) / 4
    #expect(abs(try two.evaluate(loss).value - expected) < 1e-15)
  }

  @Test func weightsOfZeroGiveZero() throws {
    let weights = JSONValue.list([.number(0), .number(0)])
    let loss = try makeLoss(PolyLoss.self, classes: 2, [("class_weights", weights)])
    let (value, gradient) = try two.evaluate(loss)
    #expect(value == 0 && gradient == [0, 0, 0, 0])
  }

  @Test func oneChannelIsTheSameAsItsTwoClasses() throws {
    let one = LossSample(
      images: 1, pixels: 2, classes: 1, logits: [log(3.0), log(3.0)], target: .labels([0, 1]))
    let parameters = [("smoothing", JSONValue.number(0.1))]
    let single = try one.evaluate(makeLoss(PolyLoss.self, classes: 1, parameters))
    let double = try two.evaluate(makeLoss(PolyLoss.self, classes: 2, parameters))
    #expect(abs(single.value - double.value) < 1e-15)
    #expect(maxAbsDifference(single.gradient, [double.gradient[1], double.gradient[3]]) < 1e-15)
  }

  @Test(arguments: [-0.5, 2], [1, 4])
  func gradientsAreTheSlopesOfTheValueForEveryEpsilon(_ epsilon: Double, _ classes: Int) throws {
    let loss = try makeLoss(
      PolyLoss.self, classes: classes,
      [("epsilon", .number(epsilon)), ("smoothing", .number(0.2))])
    for sample in LossSample.edgeCases(classes: classes) {
      let gradient = try sample.evaluate(loss).gradient
      // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 1e-9)
    }
  }
}
