import CKernels
import Glibc
import Testing

@testable import Training

struct BinaryCrossEntropyTests {
  /// Foreground with probability 3/4, background with probability 1/2.
  private let sample = LossSample(
    images: 1, pixels: 2, classes: 1, logits: [log(3.0), 0], target: .labels([1, 0]))

  @Test func theValueIsTheMeanLogarithm() throws {
    let (value, gradient) = try sample.evaluate(makeLoss(BinaryCrossEntropy.self, classes: 1))
    #expect(abs(value - (log(4.0 / 3) + log(2.0)) / 2) < 1e-15)
    #expect(abs(gradient[0] + 0.125) < 1e-15 && abs(gradient[1] - 0.25) < 1e-15)
  }

  @Test func itIsTheCrossEntropyOfTwoChannelsOfWhichOneIsZero() throws {
    var two = sample
    two.classes = 2
    two.logits = [0, log(3.0), 0, 0]
    let one = try sample.evaluate(makeLoss(BinaryCrossEntropy.self, classes: 1)).value
    let both = try two.evaluate(makeLoss(CrossEntropy.self, classes: 2)).value
    #expect(abs(one - both) < 1e-15)
  }

  @Test func theForegroundWeightMultipliesAndDoesNotDivide() throws {
    let loss = try makeLoss(BinaryCrossEntropy.self, classes: 1, [("pos_weight", .number(3))])
    let value = try sample.evaluate(loss).value
    #expect(abs(value - (3 * log(4.0 / 3) + log(2.0)) / 2) < 1e-15)
  }

  @Test func smoothingMovesLabelsTowardsOneHalf() throws {
    let loss = try makeLoss(BinaryCrossEntropy.self, classes: 1, [("smoothing", .number(0.5))])
    let value = try sample.evaluate(loss).value
    let first = 0.75 * log(4.0 / 3) + 0.25 * log(4.0)
    #expect(abs(value - (first + log(2.0)) / 2) < 1e-15)
  }

  @Test func severalChannelsAreRefused() {
    #expect(
      errorMessage { try makeLoss(BinaryCrossEntropy.self, classes: 4) }
        == "loss 'bce' does not suit a model with 4 output channels: use 'ce', or a model with one "
        + "output channel")
  }

  @Test func aRuleThatNobodyResolvedIsRefused() {
    let message = errorMessage {
      try makeLoss(
        BinaryCrossEntropy.self, classes: 1, [("class_weight_rule", .text("inverse_frequency"))])
    }
    #expect(
      message
        == "loss 'bce': class_weight_rule 'inverse_frequency' needs the pixel counts of the "
        + "training labels; write class_weights as numbers where there are none")
  }
}
