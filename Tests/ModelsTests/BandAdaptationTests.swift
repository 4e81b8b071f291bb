import TestSupport
import Testing

@testable import Models

struct BandAdaptationTests {
  /// Weights of 2 outputs, 3 bands and 1 × 2 taps.
  static let values: [Double] = [1, 2, 3, 4, 5, 6, -1, 0, 2, 0.5, 8, -4]
  static let shape = [2, 3, 1, 2]

  private func adapt(_ trained: [String]?, _ wanted: [String]) throws -> BandAdaptation {
    let adapted = try BandAdaptation(
      "w", values: Self.values, shape: Self.shape, trained: trained, wanted: wanted)
    #expect(adapted.shape == [2, wanted.count, 1, 2])
    for output in 0..<2 {
      for tap in 0..<2 {
        func sum(_ values: [Double], _ bands: Int) -> Double {
          (0..<bands).reduce(0) { $0 + values[(output * bands + $1) * 2 + tap] }
        }
        // sums of three numbers, divided and added again
        #expect(abs(sum(adapted.values, wanted.count) - sum(Self.values, 3)) < 1e-12)
      }
    }
    return adapted
  }

  @Test("Without names each band takes the mean, scaled to the number of bands")
  func unknown() throws {
    let adapted = try adapt(nil, ["a", "b"])
    #expect(Array(adapted.values[..<4]) == [4.5, 6, 4.5, 6])
    #expect(
      adapted.message
        == "'w' was trained on 3 bands and sees 2: each takes the mean of the old weights, "
        + "times 3 / 2")
    #expect(try adapt(["x", "y", "z"], ["a", "b"]) == adapted)
  }

  @Test("Bands known by name keep their weights, new ones share those of the bands that are gone")
  func replaced() throws {
    let adapted = try adapt(["red", "nir", "swir"], ["swir", "thermal", "red", "slope"])
    #expect(Array(adapted.values[..<8]) == [5, 6, 1.5, 2, 1, 2, 1.5, 2])
    #expect(
      adapted.message
        == "'w' was trained on 3 bands and sees 4: 2 keep their weights; thermal, slope share those "
        + "of nir, which are gone")
  }

  @Test("A band more starts from 0, a band less is shared by all")
  func oneMoreOrLess() throws {
    let more = try adapt(["red", "nir", "swir"], ["red", "nir", "swir", "slope"])
    #expect(Array(more.values[..<8]) == [1, 2, 3, 4, 5, 6, 0, 0])
    #expect(
      more.message
        == "'w' was trained on 3 bands and sees 4: 3 keep their weights; from 0 start slope")
    let less = try adapt(["red", "nir", "swir"], ["red", "swir"])
    #expect(Array(less.values[..<4]) == [2.5, 4, 6.5, 8])
    #expect(
      less.message
        == "'w' was trained on 3 bands and sees 2: 2 keep their weights; all share those of nir, "
        + "which are gone")
    let other = try adapt(["red", "nir", "swir"], ["nir", "swir", "red"])
    #expect(Array(other.values[..<6]) == [3, 4, 5, 6, 1, 2])
    #expect(other.message == "'w' was trained on 3 bands and sees 3: 3 keep their weights")
  }

  @Test("Tensors and names that do not fit are refused")
  func errors() {
    #expect(
      throws: ModelError("'w' has weights for 3 bands, but 2 are named: red, nir")
    ) { try adapt(["red", "nir"], ["red"]) }
    #expect(throws: ModelError("'w' of shape [2, 3] is not the weight of a convolution")) {
      try BandAdaptation("w", values: [], shape: [2, 3], trained: nil, wanted: ["a"])
    }
    #expect(throws: ModelError("'w' cannot be adapted to no bands")) { try adapt(nil, []) }
  }
}
