import Testing

@testable import Pipelines

struct ChannelSetTests {
  private let bands = ["pre.red", "pre.nir", "pre.swir2", "post.red", "post.nir", "post.swir2"]

  /// The channels of one pixel.
  private func values(_ set: ChannelSet, _ bands: [Float]) -> [Float] {
    var planes = [Float](repeating: 0, count: set.channels.count)
    bands.withUnsafeBufferPointer { bands in
      planes.withUnsafeMutableBufferPointer {
        guard let from = bands.baseAddress, let to = $0.baseAddress else { return }
        set.evaluate(from, count: 1, into: to)
      }
    }
    return planes
  }

  @Test("Bands, indices, differences and relative differences have the values of their formulas")
  func evaluate() throws {
    let set = try ChannelSet(bands: bands).selecting([
      "post.nir", "pre.nbr", "post.nbr", "dnbr", "rdnbr",
    ])
    let result = values(set, [0.1, 0.4, 0.1, 0.1, 0.2, 0.3])
    // nbr: 0.3 / 0.50001 = 0.599988 before, -0.1 / 0.50001 = -0.199996 after;
    // dnbr 0.799984; rdnbr 0.799984 / √0.599988 = 1.032786
    let expected: [Float] = [0.2, 0.599_988, -0.199_996, 0.799_984, 1.032_786]
    // six decimals by hand
    for (value, hand) in zip(result, expected) { #expect(abs(value - hand) < 2e-6) }
  }

  @Test("A relative difference does not divide by an index of 0")
  func smallBefore() throws {
    let set = try ChannelSet(bands: bands).selecting(["rdnbr"])
    // before: nbr = 0; after: -0.1 / 0.50001; the root is that of 0.001 at least
    let value = values(set, [0.1, 0.2, 0.2, 0.1, 0.2, 0.3])[0]
    #expect(abs(value - 0.199_996 / 0.031_622_78) < 1e-4)
  }

  @Test("A channel is NaN where one of its own bands is, and only there")
  func nan() throws {
    let set = try ChannelSet(bands: bands).selecting(["post.red", "pre.nbr", "post.nbr", "dnbr"])
    #expect(
      values(set, [0.1, 0.4, .nan, 0.1, 0.2, 0.3]).map(\.isNaN) == [false, true, false, true])
    #expect(
      values(set, [.nan, 0.4, 0.1, 0.1, 0.2, 0.3]).map(\.isNaN) == [false, false, false, false])
    #expect(
      values(set, [0.1, 0.4, 0.1, 0.1, 0.2, .nan]).map(\.isNaN) == [false, false, true, true])
  }

  @Test("Only the bands that channels need are read, and the values stay the same")
  func pruned() throws {
    let set = try ChannelSet(bands: bands).selecting(["dndvi", "post.red"])
    #expect(set.pruned.bands == ["pre.red", "pre.nir", "post.red", "post.nir"])
    #expect(set.pruned.names == ["dndvi", "post.red"])
    #expect(
      values(set, [0.1, 0.4, .nan, 0.2, 0.3, .nan]) == values(set.pruned, [0.1, 0.4, 0.2, 0.3]))
    #expect(set.pruned.pruned == set.pruned)
  }

  @Test("Channels that are there, or are named twice, are not added again")
  func adding() throws {
    let set = try ChannelSet(bands: bands).adding(["dnbr", "post.nir", "dnbr"])
    #expect(set.names == bands + ["dnbr"])
  }

  @Test("Differences are of the images before and after")
  func images() throws {
    let set = try ChannelSet(
      bands: ["t1.nir", "t1.swir2", "t2.nir", "t2.swir2"], before: "t2", after: "t1"
    ).selecting(["dnbr", "t1.nbr"])
    #expect(values(set, [0.2, 0.3, 0.4, 0.1])[0] > 0.79)
    #expect(values(set, [0.2, 0.3, 0.4, 0.1])[1] < 0)
  }

  @Test(
    "A channel that cannot be computed is refused with what there is",
    arguments: [
      ("post.ndre", "ndre needs the band rededge2, which 'post' lacks: it has red, nir, swir2"),
      ("dndre", "ndre needs the band rededge2, which 'pre' lacks: it has red, nir, swir2"),
      ("past.nbr", "nbr needs the band nir, which 'past' lacks: it has none"),
      (
        "post.nirr",
        "unknown channel 'post.nirr'. Did you mean 'post.nir'? Channels are bands (pre.red, …), "
          + "indices of an image (post.nbr) and differences (dnbr, rdnbr); indices: nbr, nbr2, "
          + "ndvi, gndvi, ndre, ndwi, bai, bais2"
      ),
    ])
  func refused(_ name: String, _ message: String) {
    let error = #expect(throws: ChannelError.self) {
      try ChannelSet(bands: bands).selecting([name])
    }
    #expect(error?.description == message)
  }
}
