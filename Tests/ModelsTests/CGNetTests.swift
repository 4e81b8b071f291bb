import Engine
import TestSupport
import Testing

@testable import Models

struct CGNetTests {
  @Test("The published network for 4 bands and 3 classes has 494 232 parameters")
  func count() {
    let graph = CGNet().graph(bands: 4, outputs: 3)
    #expect(ParameterStore(graph: graph).trainedCount == 494_232)
  }

  @Test("Parameters have the published names and shapes")
  func parameters() {
    let graph = CGNet(secondBlocks: 2, thirdBlocks: 3).graph(bands: 12, outputs: 5)
    let shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    #expect(shapes["level1_0.conv.weight"] == [32, 12, 3, 3])
    #expect(shapes["level1_2.act.weight"] == [32])
    #expect(shapes["b1.bn.running_var"] == [44])
    #expect(shapes["level2_0.conv1x1.conv.weight"] == [64, 44, 3, 3])
    #expect(shapes["level2_0.F_sur.conv.weight"] == [64, 1, 3, 3])
    #expect(shapes["level2_0.reduce.conv.weight"] == [64, 128, 1, 1])
    #expect(shapes["level2_0.F_glo.fc.0.weight"] == [8, 64])
    #expect(shapes["level2.0.bn_prelu.act.weight"] == [64])
    #expect(shapes["level3.1.F_glo.fc.2.bias"] == [128])
    #expect(shapes["classifier.0.conv.weight"] == [5, 256, 1, 1])
    #expect(
      shapes["classifier.0.conv.bias"] == nil && shapes["level3.2.bn_prelu.act.weight"] == nil)
  }

  @Test("It sees the whole image")
  func field() { #expect(CGNet().graph(bands: 1, outputs: 2).halo == nil) }
}
