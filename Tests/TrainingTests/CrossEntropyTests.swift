import CKernels
import Configuration
import Glibc
import Testing

@testable import Training

struct CrossEntropyTests {
  /// Two pixels with probabilities 1/4, 3/4 and 1/2, 1/2.
  private let sample = LossSample(
    images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), 5, 5], target: .labels([1, 0]))

  @Test func theValueIsTheMeanLogarithm() throws {
    let (value, gradient) = try sample.evaluate(makeLoss(CrossEntropy.self, classes: 2))
    #expect(abs(value - (log(4.0 / 3) + log(2.0)) / 2) < 1e-15)
    let expected = [0.125, -0.125, -0.25, 0.25]
    #expect(zip(gradient, expected).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test func classWeightsDivideByTheWeightsOfTheLabels() throws {
    let loss = try makeLoss(
      CrossEntropy.self, classes: 2, [("class_weights", .list([.number(3), .number(1)]))])
    let value = try sample.evaluate(loss).value
    #expect(abs(value - (log(4.0 / 3) + 3 * log(2.0)) / 4) < 1e-15)
  }

  @Test func labelsThatAllWeighNothingHaveValueAndGradientZero() throws {
    let loss = try makeLoss(
      CrossEntropy.self, classes: 2, [("class_weights", .list([.number(0), .number(0)]))])
    let (value, gradient) = try sample.evaluate(loss)
    #expect(value == 0)
    #expect(gradient == [0, 0, 0, 0])
  }

  @Test func smoothingSpreadsTheLabelEvenly() throws {
    let loss = try makeLoss(CrossEntropy.self, classes: 2, [("smoothing", .number(0.5))])
    let value = try sample.evaluate(loss).value
    let first = 0.75 * log(4.0 / 3) + 0.25 * log(4.0)
    #expect(abs(value - (first + log(2.0)) / 2) < 1e-15)
  }

  @Test func softTargetsThatAreOneHotAreLabels() throws {
    var soft = sample
    soft.target = .probabilities([0, 1, 1, 0], keep: nil)
    let loss = try makeLoss(CrossEntropy.self, classes: 2)
    let (value, gradient) = try soft.evaluate(loss)
    let expected = try sample.evaluate(loss)
    #expect(value == expected.value)
    #expect(gradient == expected.gradient)
  }

  @Test func oneChannelIsRefused() {
    #expect(
      errorMessage { try makeLoss(CrossEntropy.self, classes: 1) }
        == "loss 'ce' does not suit a model with 1 output channel: use 'bce', the same for one "
        + "sigmoid channel")
  }

  @Test func weightsForOtherClassesAreRefused() {
    let message = errorMessage {
      try makeLoss(CrossEntropy.self, classes: 3, [("class_weights", .list([.number(1)]))])
    }
    #expect(
      message
        == "loss 'ce': class_weights has 1 number, but the model has 3 output channels: give one "
        + "number for each")
  }

  @Test func aRuleThatNobodyResolvedIsRefused() {
    let message = errorMessage {
      try makeLoss(CrossEntropy.self, classes: 3, [("class_weight_rule", .text("log_frequency"))])
    }
    #expect(
      message
        == "loss 'ce': class_weight_rule 'log_frequency' needs the pixel counts of the training "
        + "labels; write class_weights as numbers where there are none")
  }
}
