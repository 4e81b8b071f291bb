import Engine
import TestSupport
import Testing

@testable import Models

struct DualEncoderTests {
  @Test("Each encoder has its own weights, and skips are fused")
  func parameters() throws {
    let concatenated = try DualEncoder(base: 4, depth: 2, terrainChannels: 2)
      .graph(bands: 5, outputs: 3)
    let added = try DualEncoder(base: 4, depth: 2, terrainChannels: 2, fusion: .add)
      .graph(bands: 5, outputs: 3)
    let shapes = [concatenated, added].map { graph in
      Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    }
    for names in shapes {
      #expect(names["image.enc.0.conv1.weight"] == [4, 3, 3, 3])
      #expect(names["terrain.enc.0.conv1.weight"] == [4, 2, 3, 3])
      #expect(names["terrain.enc.1.conv1.weight"] == [8, 4, 3, 3])
    }
    #expect(shapes[0]["image.enc.1.conv1.weight"] == [8, 8, 3, 3])
    #expect(shapes[1]["image.enc.1.conv1.weight"] == [8, 4, 3, 3])
    #expect(shapes[0]["dec.1.conv1.weight"] == [8, 24, 3, 3])
    #expect(shapes[1]["dec.1.conv1.weight"] == [8, 16, 3, 3])
  }

  @Test("The map depends on image and terrain", arguments: [DualEncoder.Fusion.concatenate, .add])
  func depends(_ fusion: DualEncoder.Fusion) throws {
    let graph = try DualEncoder(base: 4, depth: 2, terrainChannels: 1, fusion: fusion)
      .graph(bands: 4, outputs: 2)
    let probe = try NetworkProbe(graph, Shape(1, 8, 8, 4), isTraining: false)
    let base = probe.outputs()
    for band in 0..<4 {
      let input = probe.input
      probe.input[(3 * 8 + 3) * 4 + band] += 1
      #expect(probe.outputs() != base, "band \(band)")
      probe.input = input
    }
  }

  @Test("Terrain that leaves nothing for the image is refused")
  func errors() {
    #expect(
      throws: ModelError(
        "'dual_encoder' takes 'terrain_channels: 3' off the end of the input, which has 3 channels: "
          + "none is left for the image")
    ) { try DualEncoder(base: 2, depth: 1, terrainChannels: 3).graph(bands: 3, outputs: 2) }
  }
}
