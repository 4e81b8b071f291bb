import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct BagLossTests {
  /// Two by two pixels with foreground probabilities 3/4, 1/2 above 1/2, 1/4.
  private func sample(_ labels: [UInt8], width: Int? = 2) -> LossSample {
    LossSample(
      images: 1, pixels: 4, classes: 1, logits: [log(3.0), 0, 0, -log(3.0)],
      target: .labels(labels), width: width)
  }

  @Test("A whole image is compared by its mean", arguments: [("l1", 0.5), ("l2", 0.125)])
  func wholeImages(_ kind: String, _ expected: Double) throws {
    let loss = try makeLoss(BagLoss.self, classes: 1, [("kind", .text(kind))])
    // mean 1/2 against 1/4, on both sides
    #expect(abs(try sample([1, 0, 0, 0], width: nil).evaluate(loss).value - expected) < 1e-15)
  }

  @Test func cellsAreComparedOneByOne() throws {
    let loss = try makeLoss(
      BagLoss.self, classes: 1, [("kind", .text("l1")), ("cells", .number(1))])
    // twice the error of every pixel: 1/4, 1/2, 1/2, 1/4
    #expect(abs(try sample([1, 0, 0, 0]).evaluate(loss).value - 2 * 1.5 / 4) < 1e-15)
  }

  @Test func cellsAtTheBorderMayBeSmaller() throws {
    let three = LossSample(
      images: 1, pixels: 6, classes: 1, logits: Array(repeating: 0, count: 6),
      target: .labels([1, 1, 0, 1, 1, 255]), width: 3)
    let loss = try makeLoss(
      BagLoss.self, classes: 1, [("kind", .text("l1")), ("cells", .number(2))])
    // 1/2 against 1 in the first four pixels, 1/2 against 0 in the one left of the others
    #expect(abs(try three.evaluate(loss).value - (2 * 0.5 + 2 * 0.5) / 2) < 1e-15)
  }

  @Test func bagsOfTheBatchComeBeforeCells() throws {
    var bags = sample([1, 0, 0, 0])
    bags.bags = LossBags(ids: [0, -1, -1, -1], proportions: [0, 1, 0.3, 0.7])
    let loss = try makeLoss(BagLoss.self, classes: 1, [("cells", .number(1))])
    // -log 3/4; the second bag has no pixel
    #expect(abs(try bags.evaluate(loss).value - log(4.0 / 3)) < 1e-15)
    #expect(try bags.evaluate(loss).gradient[1...].allSatisfy { $0 == 0 })
  }

  @Test func theKLDivergenceIsLeastAndZeroAtTheShares() throws {
    let loss = try makeLoss(BagLoss.self, classes: 1, [("kind", .text("kl"))])
    let (value, gradient) = try sample([1, 1, 0, 0]).evaluate(loss)
    #expect(abs(value) < 1e-15 && maxAbs(gradient) < 1e-15)
  }

  @Test(arguments: ["ce", "kl", "l1", "l2"], [1, 4])
  func gradientsAreTheSlopesOfTheValue(_ kind: String, _ classes: Int) throws {
    let weights = JSONValue.list((0..<max(classes, 2)).map { .number(Double($0 + 1)) })
    let loss = try makeLoss(
      BagLoss.self, classes: classes,
      [
        ("kind", .text(kind)), ("cells", .number(2)), ("smoothing", .number(0.1)),
        ("class_weights", weights),
      ])
    for sample in LossSample.edgeCases(classes: classes) {
      let gradient = try sample.evaluate(loss).gradient
      // central differences err by step^2 = 1e-10 and by rounding, 1e-16 / step = 1e-11
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 1e-9)
      #expect(maxAbs(gradient) > 1e-3)
    }
  }
}
