import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct BoundaryCrossEntropyTests {
  private func sample(_ labels: [UInt8], width: Int, classes: Int = 1) -> LossSample {
    LossSample(
      images: 1, pixels: labels.count, classes: classes,
      logits: Array(repeating: 0, count: labels.count * classes), target: .labels(labels),
      width: width)
  }

  private func weights(
    _ loss: BoundaryCrossEntropy, _ sample: LossSample
  ) throws -> [Double] {
    let logits = sample.logits
    return try logits.withUnsafeBytes { logits in
      try loss.weights(
        LossBatch(
          type: RS_FLOAT64, images: sample.images, pixels: sample.pixels, classes: sample.classes,
          logits: try #require(logits.baseAddress), target: sample.target, width: sample.width,
          scratch: LossScratch()))
    }
  }

  @Test func theGapBetweenTwoSquaresWeighsByBothDistances() throws {
    let squares: [UInt8] = [
      1, 1, 0, 0, 0, 1, 1,
      1, 1, 0, 0, 0, 1, 1,
      0, 0, 0, 0, 0, 0, 0,
    ]
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 1)
    let found = try weights(loss, sample(squares, width: 7))
    func gap(_ sum: Double) -> Double { 1 + 10 * exp(-(sum / 5) * (sum / 5) / 2) }
    let root2 = 2.0.squareRoot()
    let top = [1, 1, gap(1 + 3), gap(2 + 2), gap(1 + 3), 1, 1]
    let bottom = [
      gap(1 + 26.0.squareRoot()), gap(1 + 17.0.squareRoot()), gap(root2 + 10.0.squareRoot()),
      gap(2 * 5.0.squareRoot()), gap(root2 + 10.0.squareRoot()), gap(1 + 17.0.squareRoot()),
      gap(1 + 26.0.squareRoot()),
    ]
    #expect(maxAbsDifference(found, top + top + bottom) < 1e-14)
    // every pixel costs log 2, on average over all pixels
    let mean = found.reduce(0, +) / 21
    #expect(abs(try sample(squares, width: 7).evaluate(loss).value - mean * log(2.0)) < 1e-14)
  }

  @Test func oneObjectAddsNothing() throws {
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 1)
    #expect(try weights(loss, sample([0, 1, 1, 0, 0, 0], width: 3)) == [1, 1, 1, 1, 1, 1])
  }

  @Test func ignoredPixelsWeighNothingAndAreNoObjects() throws {
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 1)
    #expect(try weights(loss, sample([1, 0, 255, 0], width: 4)) == [1, 1, 0, 1])
  }

  @Test func classWeightsAreTheFirstTerm() throws {
    let pair = JSONValue.list([.number(2), .number(3)])
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 1, [("class_weights", pair)])
    let gap = 10 * exp(-0.5 * (3.0 / 5) * (3.0 / 5))
    #expect(
      maxAbsDifference(
        try weights(loss, sample([1, 0, 0, 1], width: 4)), [3, 2 + gap, 2 + gap, 3]) < 1e-15)
  }

  @Test func touchingRegionsOfDifferentClassesAreTwoObjects() throws {
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 3)
    let found = try weights(loss, sample([1, 2, 0], width: 3, classes: 3))
    #expect(maxAbsDifference(found, [1, 1, 1 + 10 * exp(-0.5 * 0.36)]) < 1e-15)
  }

  @Test func imagesDoNotSeeOneAnother() throws {
    let loss = try makeLoss(BoundaryCrossEntropy.self, classes: 1)
    var two = sample([1, 0, 0, 0, 0, 1], width: 3)
    two.images = 2
    two.pixels = 3
    #expect(try weights(loss, two) == [1, 1, 1, 1, 1, 1])
  }

  @Test(arguments: [1, 4])
  func gradientsAreTheSlopesOfTheValue(_ classes: Int) throws {
    let loss = try makeLoss(
      BoundaryCrossEntropy.self, classes: classes,
      [("sigma", .number(2)), ("smoothing", .number(0.1))])
    for sample in LossSample.edgeCases(classes: classes) {
      let gradient = try sample.evaluate(loss).gradient
      // central differences err by 10 times step^2 = 1e-10 and by rounding, 1e-15 / step = 1e-10
      #expect(maxAbsDifference(gradient, try sample.differences(loss, step: 1e-5)) <= 3e-9)
      #expect(maxAbs(gradient) > 1e-3)
    }
  }
}
