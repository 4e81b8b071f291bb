@testable import Engine
import Testing

@testable import Models

struct UNetTests {
  @Test("Parameters have the names and shapes of the reference, level by level")
  func parameters() {
    let graph = UNet(base: 4, depth: 2).graph(bands: 3, outputs: 5)
    let shapes = Dictionary(uniqueKeysWithValues: graph.parameters.map { ($0.name, $0.shape) })
    #expect(shapes["enc.0.conv1.weight"] == [4, 3, 3, 3])
    #expect(shapes["enc.1.conv1.weight"] == [8, 4, 3, 3])
    #expect(shapes["mid.conv2.weight"] == [16, 16, 3, 3])
    #expect(shapes["up.1.weight"] == [16, 8, 2, 2])
    #expect(shapes["dec.1.conv1.weight"] == [8, 16, 3, 3])
    #expect(shapes["dec.0.bn2.running_var"] == [4])
    #expect(shapes["head.weight"] == [5, 4, 1, 1] && shapes["head.bias"] == [5])
    #expect(shapes["enc.0.conv1.bias"] == nil)
  }

  @Test(
    "The number of trained parameters is that of the formula",
    arguments: [(1, 1, 1, 1), (4, 2, 3, 5), (8, 3, 12, 2), (32, 4, 12, 2)])
  func count(_ base: Int, _ depth: Int, _ bands: Int, _ outputs: Int) {
    // a pair from a to b: 9ab + 9bb and two norms of 2b; an up from a to b: 4ab + b
    func pair(_ a: Int, _ b: Int) -> Int { 9 * a * b + 9 * b * b + 4 * b }
    var expected = pair(base << (depth - 1), base << depth) + base * outputs + outputs
    for level in 0..<depth {
      let width = base << level
      expected += pair(level == 0 ? bands : width / 2, width)
      expected += 4 * 2 * width * width + width + pair(2 * width, width)
    }
    let graph = UNet(base: base, depth: depth).graph(bands: bands, outputs: outputs)
    #expect(ParameterStore(graph: graph).trainedCount == expected)
  }

  @Test(
    "The map is as large as the image, whatever its size",
    arguments: [(16, 16), (17, 31), (8, 8), (9, 40), (8, 203), (1, 1), (3, 50)])
  func size(_ height: Int, _ width: Int) throws {
    let graph = UNet(base: 2, depth: 3).graph(bands: 2, outputs: 4)
    let shapes = try graph.shapes(for: [Shape(2, height, width, 2)])
    #expect(shapes[graph.outputs[0].index] == Shape(2, height, width, 4))
  }

  @Test("Norms and residuals have names of their own")
  func options() {
    let plain = UNet(base: 4, depth: 1).graph(bands: 3, outputs: 2)
    let layer = UNet(base: 4, depth: 1, norm: .layer, residual: true).graph(bands: 3, outputs: 2)
    let group = UNet(base: 4, depth: 1, norm: .group(6)).graph(bands: 3, outputs: 2)
    let names = [plain, layer, group].map { Set($0.parameters.map(\.name)) }
    #expect(names[0].contains("enc.0.bn1.running_mean") && !names[0].contains("enc.0.norm1.weight"))
    #expect(names[1].contains("enc.0.norm1.weight") && !names[1].contains("enc.0.bn1.weight"))
    // 3 bands become 4 channels, 4 stay 4 nowhere: each pair changes their number
    for pair in ["enc.0", "mid", "dec.0"] {
      #expect(names[1].contains("\(pair).shortcut.conv.weight"))
      #expect(names[1].contains("\(pair).shortcut.norm.bias"))
    }
    #expect(names[2] == names[1].filter { !$0.contains("shortcut") })
    // one pair of 4 channels from 4 bands needs no projection
    let same = UNet(base: 4, depth: 1, residual: true).graph(bands: 4, outputs: 2)
    #expect(!same.parameters.contains { $0.name.hasPrefix("enc.0.shortcut") })
  }

  @Test("Groups are the greatest common divisor with the channels")
  func groups() {
    let kinds = UNet(base: 4, depth: 1, norm: .group(6)).graph(bands: 3, outputs: 2).nodes
      .compactMap { ($0.operation as? GroupNorm)?.groups }
    #expect(kinds == [2, 2, 2, 2, 2, 2])
  }

  @Test("Dropout stands before each pair of the decoder")
  func dropout() {
    func count(_ rate: Double) -> Int {
      UNet(base: 2, depth: 3, dropout: rate).graph(bands: 1, outputs: 2).nodes
        .filter { $0.operation.kind.hasPrefix("dropout") }.count
    }
    #expect(count(0) == 0 && count(0.3) == 3)
  }

  @Test("Windows start at multiples of the pooling and reach as far as the receptive field")
  func field() throws {
    for depth in 1...5 {
      let graph = UNet(base: 1, depth: depth).graph(bands: 1, outputs: 2)
      #expect(graph.totalStride == 1 << depth)
      let halo = try #require(graph.halo)
      #expect(halo % (1 << depth) == 0)
      // two convolutions of 3 on each level on the way down and up, two at the bottom
      let reach = (0..<depth).reduce(2 << depth) { $0 + 4 << $1 }
      #expect(halo >= reach && halo <= reach + (2 << depth))
    }
  }
}
