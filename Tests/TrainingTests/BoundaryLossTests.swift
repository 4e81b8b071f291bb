import CKernels
import Engine
import Glibc
import TestSupport
import Testing

@testable import Training

/// Weights between regions, distances, and labels made soft where classes meet.
struct BoundaryLossTests {
  @Test func distancesToTwoRegionsAreThoseOfAllPairs() {
    var generator = SeededGenerator(seed: 4)
    let (width, height) = (23, 17)
    // three blobs that do not touch
    var inside = [Bool](repeating: false, count: width * height)
    for (x, y, w, h) in [(2, 3, 4, 3), (12, 2, 3, 6), (6, 11, 9, 4)] {
      for v in y..<y + h {
        for u in x..<x + w where (u == x && v == y) || generator.uniform() < 0.9 {
          inside[v * width + u] = true
        }
      }
    }
    var regions: [[(Int, Int)]] = []
    for (x, y) in (0..<height).flatMap({ y in (0..<width).map { ($0, y) } })
    where inside[y * width + x] {
      let touching = regions.indices.filter {
        regions[$0].contains { abs($0.0 - x) <= 1 && abs($0.1 - y) <= 1 }
      }
      let merged = touching.flatMap { regions[$0] } + [(x, y)]
      for index in touching.reversed() { regions.remove(at: index) }
      regions.append(merged)
    }
    let found = RegionDistances(inside, width: width, radius: 40)
    for y in 0..<height {
      for x in 0..<width {
        let distances = regions.map { region in
          region.map { hypot(Double($0.0 - x), Double($0.1 - y)) }.min() ?? .infinity
        }.sorted()
        #expect(abs(found.nearest[y * width + x] - distances[0]) < 1e-12)
        #expect(abs(found.second[y * width + x] - distances[1]) < 1e-12)
      }
    }
  }

  @Test func theGroundBetweenTwoSquaresWeighsMore() throws {
    // two squares of 2 × 2, three pixels apart, in a row of 9
    let labels: [UInt8] = (0..<4).flatMap { y in
      (0..<9).map { x in (1...2).contains(y) && [1, 2, 6, 7].contains(x) ? 1 : 0 }
    }
    let loss = try makeLoss(
      BoundaryCrossEntropy.self, classes: 2,
      [("sigma", .number(2)), ("class_weights", .list([.number(1), .number(2)]))])
    let sample = LossSample(
      images: 1, pixels: 36, classes: 2, logits: Array(repeating: 0, count: 72),
      target: .labels(labels), width: 9)
    var weights: [Double] = []
    let found = try sample.evaluate { batch, weight, gradient in
      weights = batch.withMemory { loss.weights(batch, $0, image: 0) }
      return loss.evaluate(batch, weight: weight, addingTo: gradient)
    }
    // in the middle two pixels to each: exp(-((2 + 2) / 2)^2 / 2)
    #expect(abs(weights[9 + 4] - (1 + 10 * exp(-2.0))) < 1e-12)
    #expect(abs(weights[9 + 3] - (1 + 10 * exp(-2.0))) < 1e-12)
    #expect(weights[9 + 1] == 2)
    let corner = 1 + 10 * exp(-pow((sqrt(2.0) + sqrt(37.0)) / 2, 2) / 2)
    #expect(abs(weights[0] - corner) < 1e-12)
    #expect(abs(found.value - weights.reduce(0, +) / 36 * log(2.0)) < 1e-12)
  }

  @Test func onlyLabelsBesideAnotherClassBecomeSoft() {
    let labels: [UInt8] = [0, 0, 0, 1, 1, 255, 2, 2]
    let target = BoundarySmoothing(share: 0.5, width: 3).soften(
      labels, rowWidth: 8, pixels: 8, classes: 4)
    guard case .probabilities(let shares, let keep) = target else {
      Issue.record("soft labels")
      return
    }
    #expect(keep == [1, 1, 1, 1, 1, 0, 1, 1])
    func row(_ pixel: Int) -> [Float] { Array(shares[4 * pixel..<4 * pixel + 4]) }
    #expect(row(1) == [1, 0, 0, 0])
    #expect(row(2) == [0.625, 0.125, 0.125, 0.125])
    #expect(row(3) == [0.125, 0.625, 0.125, 0.125])
    // an ignored neighbour is no other class
    #expect(row(4) == [0, 1, 0, 0] && row(6) == [0, 0, 1, 0])
    #expect(row(5) == [0, 0, 0, 0])
  }
}
