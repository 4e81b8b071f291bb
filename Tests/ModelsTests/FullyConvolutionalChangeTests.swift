import Engine
import TestSupport
import Testing

@testable import Models

struct FullyConvolutionalChangeTests {
  private func shapes(_ graph: Graph) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
  }

  @Test("Parameters have the published names and shapes")
  func parameters() throws {
    let early = shapes(FCEarlyFusion().graph(bands: 6, outputs: 2))
    let concatenated = try shapes(FCSiameseConcatenation().graph(bands: 6, outputs: 2))
    let difference = try shapes(FCSiameseDifference().graph(bands: 6, outputs: 2))
    #expect(early["conv11.weight"] == [16, 6, 3, 3])
    #expect(concatenated["conv11.weight"] == [16, 3, 3, 3])
    // of the transposed convolutions the first number is that of the inputs
    #expect(early["conv43d.weight"] == [256, 128, 3, 3])
    #expect(concatenated["conv43d.weight"] == [384, 128, 3, 3])
    #expect(difference["conv43d.weight"] == [256, 128, 3, 3])
    #expect(concatenated["conv12d.weight"] == [48, 16, 3, 3])
    for names in [early, concatenated, difference] {
      #expect(names["upconv4.weight"] == [128, 128, 3, 3])
      #expect(names["conv41d.weight"] == [128, 64, 3, 3])
      #expect(names["bn31d.running_mean"] == [32])
      #expect(names["conv11d.weight"] == [16, 2, 3, 3] && names["conv11d.bias"] == [2])
      #expect(names["bn11d.weight"] == nil && names["conv44.weight"] == nil)
    }
    #expect(difference["conv11.bias"] == [16])
  }

  @Test("An odd number of bands is not that of two dates")
  func odd() throws {
    let message =
      "takes the bands of two dates, all of date 1 before all of date 2: an even number, found 7"
    #expect(throws: ModelError("'fc_siam_diff' \(message)")) {
      try FCSiameseDifference().graph(bands: 7, outputs: 2)
    }
    #expect(throws: ModelError("'fc_siam_conc' \(message)")) {
      try FCSiameseConcatenation().graph(bands: 7, outputs: 2)
    }
    #expect(FCEarlyFusion().graph(bands: 7, outputs: 2).inputChannels == [7])
  }

  @Test(
    "Training moves the statistics of a shared norm once for each date, date 1 first",
    arguments: [ElementType.float32, .float64])
  func statistics(_ type: ElementType) throws {
    let graph = try FCSiameseDifference(base: 2, dropout: 0).graph(bands: 4, outputs: 2)
    let probe = try NetworkProbe(
      graph, Shape(1, 16, 16, 4), isTraining: true, type: type, kernels: .fast)
    let names = graph.parameters.map(\.name)
    func values(_ name: String) throws -> [Double] {
      probe.store.doubles(try #require(names.firstIndex(of: name)))
    }
    // the two dates differ by a factor, so that the order shows
    for index in probe.input.indices where index % 4 >= 2 { probe.input[index] *= 3 }
    let (weight, bias) = (try values("conv11.weight"), try values("conv11.bias"))
    let means = [0, 2].map { first in
      mean(probe.input, first: first, weight: weight, bias: bias)
    }
    _ = probe.outputs()
    let expected = (0..<2).map { 0.9 * (0.1 * means[0][$0]) + 0.1 * means[1][$0] }
    let swapped = (0..<2).map { 0.9 * (0.1 * means[1][$0]) + 0.1 * means[0][$0] }
    let found = try values("bn11.running_mean")
    #expect(maxAbsDifference(found, expected) < 1e-6)
    #expect(maxAbsDifference(found, swapped) > 1e-3)
  }

  /// The mean of each of 2 outputs of a 3×3 convolution of two bands of a 16 × 16 × 4 image.
  private func mean(
    _ input: [Double], first: Int, weight: [Double], bias: [Double]
  ) -> [Double] {
    (0..<2).map { output in
      var sum = 0.0
      for (y, x) in (0..<16).flatMap({ y in (0..<16).map { (y, $0) } }) {
        for (i, j) in (0..<3).flatMap({ i in (0..<3).map { (i, $0) } }) {
          let (h, w) = (y + i - 1, x + j - 1)
          guard (0..<16).contains(h), (0..<16).contains(w) else { continue }
          for band in 0..<2 {
            sum +=
              input[(h * 16 + w) * 4 + first + band] * weight[((output * 2 + band) * 3 + i) * 3 + j]
          }
        }
      }
      return sum / 256 + bias[output]
    }
  }

  @Test("Dropout is part of the graph unless its rate is 0")
  func dropout() {
    func kinds(_ rate: Double) -> Int {
      FCEarlyFusion(base: 2, dropout: rate).graph(bands: 2, outputs: 2).nodes
        .filter { $0.operation.kind.hasPrefix("dropout") }.count
    }
    #expect(kinds(0) == 0)
    #expect(kinds(0.2) == 19)
  }
}
