import Engine
import Testing

/// Weights in and out of safetensors.
struct ParameterStoreTests {
  @Test func weightsComeBackAsTheyWereWritten() throws {
    let store = ParameterStore(graph: Self.graph())
    store.initialise(seed: 7)
    let bytes = try store.encoded(metadata: ["made": "here"])
    let file = try SafeTensors(bytes: bytes, source: "m.safetensors")
    let other = ParameterStore(graph: Self.graph())
    try other.load(file)
    #expect(file.metadata == ["made": "here"])
    for index in store.declarations.indices {
      #expect(store.doubles(index) == other.doubles(index))
    }
  }

  @Test(arguments: [
    (["a.weight": [2, 1, 3, 3]], "m: the tensor 'a.bias' is missing"),
    (
      ["a.weight": [2, 1, 1, 1], "a.bias": [2]],
      "m: tensor 'a.weight' has the shape [2, 1, 1, 1], this network needs [2, 1, 3, 3]"
    ),
    (
      ["a.weight": [2, 1, 3, 3], "a.bias": [2], "b.bias": [1]],
      "m: this network has no tensor 'b.bias'"
    ),
  ])
  func weightsOfAnotherNetworkAreRefused(shapes: [String: [Int]], message: String) throws {
    let file = try Self.file(shapes, value: 0)
    #expect(throws: GraphError(message)) { try ParameterStore(graph: Self.graph()).load(file) }
  }

  @Test func weightsThatAreNoNumbersAreRefused() throws {
    let file = try Self.file(["a.weight": [2, 1, 3, 3], "a.bias": [2]], value: .nan)
    #expect(throws: GraphError("m: tensor 'a.weight' has NaN or infinite values")) {
      try ParameterStore(graph: Self.graph()).load(file)
    }
  }

  private static func file(_ shapes: [String: [Int]], value: Float) throws -> SafeTensors {
    let tensors = shapes.sorted { $0.key < $1.key }.map { name, shape in
      (name, shape, [Float](repeating: value, count: shape.reduce(1, *)))
    }
    return try SafeTensors(
      bytes: SafeTensorsWriter.encode(tensors: tensors, metadata: [:]), source: "m")
  }

  private static func graph() -> Graph {
    let builder = GraphBuilder()
    let x = builder.input(channels: 1)
    return builder.graph(outputs: [builder.convolution(x, "a", outputs: 2, kernel: 3)])
  }
}
