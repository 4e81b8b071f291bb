import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct LovaszLossTests {
  /// Probabilities of class 1: 3/4, 1/4, 3/4, 1/4.
  private func sample(_ labels: [UInt8], images: Int = 1) -> LossSample {
    let logits = [log(3.0), -log(3.0), log(3.0), -log(3.0)]
    return LossSample(
      images: images, pixels: 4 / images, classes: 2, logits: logits.flatMap { [0, $0] },
      target: .labels(labels))
  }

  @Test func theLossOfOneWrongPixelIsItsErrorAndTheRest() throws {
    let loss = try makeLoss(LovaszSoftmaxLoss.self, classes: 2)
    // class 1: errors 3/4 (background), 1/4 three times; J goes to 1/2 with the wrong pixel, then on
    // to 1, so 3/4 · 1/2 + 1/4 · 1/2; class 0: 3/4 · 1/3 + 1/4 · 2/3
    let expected = (0.5 + 0.75 / 3 + 0.25 * 2 / 3) / 2
    #expect(abs(try sample([1, 0, 0, 0]).evaluate(loss).value - expected) < 1e-15)
  }

  @Test func classWeightsAreFactors() throws {
    let weights = JSONValue.list([.number(0), .number(3)])
    let loss = try makeLoss(LovaszSoftmaxLoss.self, classes: 2, [("class_weights", weights)])
    #expect(abs(try sample([1, 0, 0, 0]).evaluate(loss).value - 3 * 0.5 / 2) < 1e-15)
  }

  @Test(arguments: ["D", "I", "C"], [1, 4])
  func gradientsAreTheSlopesOfTheValueForEveryReduction(
    _ reduction: String, _ classes: Int
  ) throws {
    let loss = try makeLoss(
      LovaszSoftmaxLoss.self, classes: classes,
      [("reduction", .text(reduction)), ("smoothing", .number(0.1)), ("active", .text("all"))])
    for sample in LossSample.edgeCases(classes: classes) {
      let gradient = try sample.evaluate(loss).gradient
      // exact between two orders of the errors; central differences err by step^2 and rounding
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-6)) <= 1e-9)
    }
  }

  @Test func hingeErrorsBelowZeroCostNothing() throws {
    let sure = LossSample(
      images: 1, pixels: 2, classes: 1, logits: [1.5, -2], target: .labels([1, 0]))
    let (value, gradient) = try sure.evaluate(makeLoss(LovaszHingeLoss.self, classes: 1))
    #expect(value == 0 && gradient == [0, 0])
  }

  @Test func theHingeGrowsWithTheLogitOfAWrongPixel() throws {
    let wrong = LossSample(
      images: 1, pixels: 2, classes: 1, logits: [3, 2], target: .labels([0, 1]))
    let (value, gradient) = try wrong.evaluate(makeLoss(LovaszHingeLoss.self, classes: 1))
    // error 4 on the background pixel, which makes the Jaccard loss 1/2
    #expect(value == 2 && gradient == [0.5, 0])
  }

  @Test func theHingeByImageLeavesOutImagesWithoutPixels() throws {
    let loss = try makeLoss(LovaszHingeLoss.self, classes: 1, [("reduction", .text("I"))])
    let both = LossSample(
      images: 2, pixels: 2, classes: 1, logits: [3, 2, 9, 9], target: .labels([0, 1, 255, 255]))
    let (value, gradient) = try both.evaluate(loss, type: RS_FLOAT32)
    #expect(value == 2 && gradient == [0.5, 0, 0, 0])
  }

  @Test func theHingeRefusesClasses() {
    #expect(
      errorMessage { try makeLoss(LovaszHingeLoss.self, classes: 3) }
        == "loss 'lovasz_hinge' does not suit a model with 3 output channels: use "
        + "'lovasz_softmax', or a model with one output channel")
  }
}
