import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

struct BoundarySmoothingTests {
  @Test func aPixelIsAtABoundaryIfItsWindowHoldsAnotherClass() {
    let classes: [UInt8] = [
      0, 0, 0, 0, 0,
      0, 0, 0, 0, 0,
      0, 0, 0, 0, 2,
    ]
    let three = BoundarySmoothing(share: 0.5, side: 3).boundary(classes[...], width: 5)
    #expect(
      three.map { $0 ? 1 : 0 } == [
        0, 0, 0, 0, 0,
        0, 0, 0, 1, 1,
        0, 0, 0, 1, 1,
      ])
    let five = BoundarySmoothing(share: 0.5, side: 5).boundary(classes[...], width: 5)
    #expect(
      five.map { $0 ? 1 : 0 } == [
        0, 0, 1, 1, 1,
        0, 0, 1, 1, 1,
        0, 0, 1, 1, 1,
      ])
  }

  @Test func ignoredPixelsMakeNoBoundaryAndAreAtNone() {
    let smoothing = BoundarySmoothing(share: 0.5, side: 3)
    #expect(
      smoothing.boundary([0, 0, 255, 1, 1][...], width: 5) == [false, false, false, false, false])
    #expect(smoothing.boundary([0, 255, 0, 1][...], width: 4) == [false, false, true, true])
    #expect(smoothing.boundary([255, 255][...], width: 2) == [false, false])
  }

  @Test func labelsAtBoundariesAreMovedTowardsTheUniform() throws {
    let sample = LossSample(
      images: 1, pixels: 5, classes: 4, logits: Array(repeating: 0, count: 20),
      target: .labels([0, 0, 1, 255, 1]), width: 5)
    _ = try sample.evaluate { batch, _, _ in
      let smoothed = BoundarySmoothing(share: 0.5, side: 3)(batch, loss: "ce")
      guard case .probabilities(let shares, let keep) = smoothed.target else { return 1 }
      #expect(keep == [1, 1, 1, 0, 1])
      #expect(
        shares == [
          1, 0, 0, 0, 0.625, 0.125, 0.125, 0.125, 0.125, 0.625, 0.125, 0.125, 0, 0, 0, 0,
          0, 1, 0, 0,
        ])
      return 0
    }
  }

  @Test func oneChannelIsMovedTowardsAHalf() throws {
    let sample = LossSample(
      images: 2, pixels: 2, classes: 1, logits: [0, 0, 0, 0], target: .labels([0, 1, 1, 1]),
      width: 2)
    _ = try sample.evaluate { batch, _, _ in
      let smoothed = BoundarySmoothing(share: 0.5, side: 3)(batch, loss: "bce")
      guard case .probabilities(let shares, _) = smoothed.target else { return 1 }
      #expect(shares == [0.25, 0.75, 1, 1])
      return 0
    }
  }

  @Test func aSumSmoothsTheLossesThatAskForIt() throws {
    let parameters = [("boundary_smoothing", JSONValue.number(0.5))]
    let sum = try WeightedSum(
      [
        ("ce", try settings(CrossEntropy.component, parameters)),
        ("ce", try settings(CrossEntropy.component)),
      ], classes: 2)
    let sample = LossSample(
      images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), 0, log(3.0)],
      target: .labels([0, 1]), width: 2)
    _ = try sample.evaluate { batch, weight, gradient in
      let values = sum.evaluate(batch, weight: weight, addingTo: gradient).values
      // 3/4 of the label and 1/4 of the other class, on one pixel and on the other
      #expect(abs(values[0] - (log(4.0) + log(4.0 / 3)) / 2) < 1e-7)
      #expect(abs(values[1] - (log(4.0) + log(4.0 / 3)) / 2) < 1e-7)
      return 0
    }
    let one = LossSample(
      images: 1, pixels: 2, classes: 2, logits: [0, log(3.0), log(3.0), 0],
      target: .labels([0, 1]), width: 2)
    _ = try one.evaluate { batch, weight, gradient in
      let values = sum.evaluate(batch, weight: weight, addingTo: gradient).values
      #expect(abs(values[0] - (0.75 * log(4.0) + 0.25 * log(4.0 / 3))) < 1e-15)
      #expect(abs(values[1] - log(4.0)) < 1e-15)
      return 0
    }
  }

  @Test func anEvenWindowIsRefused() {
    #expect(
      errorMessage {
        let parameters = [
          ("boundary_smoothing", JSONValue.number(0.5)), ("boundary_width", .number(4)),
        ]
        return try WeightedSum([("ce", settings(CrossEntropy.component, parameters))], classes: 2)
      } == "loss 'ce': boundary_width is 4: write an odd number, such as 5")
  }
}
