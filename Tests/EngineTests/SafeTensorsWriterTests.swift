import Testing

@testable import Engine

@Suite struct SafeTensorsWriterTests {
  @Test func whatIsWrittenReadsBack() throws {
    let bytes = SafeTensorsWriter.encode(
      tensors: [
        ("z.weight", [2, 3], [1, 2, 3, 4, 5, 6]), ("scalar", [], [-0.0]), ("none", [0, 2], []),
      ],
      metadata: ["card": "{\"name\": \"brûlé\"}\n\u{01}\\", "a": ""])
    let tensors = try SafeTensors(bytes: bytes, source: "written")
    #expect(tensors.names == ["z.weight", "scalar", "none"])
    #expect(tensors.shape("z.weight") == [2, 3])
    #expect(tensors.shape("scalar") == [])
    #expect(tensors.shape("none") == [0, 2])
    #expect(try tensors.floats("z.weight") == [1, 2, 3, 4, 5, 6])
    #expect(try tensors.floats("scalar").map(\.sign) == [.minus])
    #expect(tensors.metadata == ["card": "{\"name\": \"brûlé\"}\n\u{01}\\", "a": ""])
  }

  @Test func theBytesAreThoseOfTheFormat() {
    let bytes = SafeTensorsWriter.encode(
      tensors: [("b", [1], [1]), ("a", [2], [2, 3])], metadata: ["y": "2", "x": "1"])
    let header =
      #"{"__metadata__":{"x":"1","y":"2"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
      + #""a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#
    let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    #expect(bytes[0] == UInt8(padded.utf8.count))
    #expect(bytes[1..<8].allSatisfy { $0 == 0 })
    #expect(String(decoding: bytes[8..<8 + padded.utf8.count], as: UTF8.self) == padded)
    #expect(Array(bytes[(8 + padded.utf8.count)...]) == [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64])
  }

  @Test func theHeaderIsPaddedToEightBytes() {
    for count in 1...9 {
      let name = String(repeating: "n", count: count)
      let bytes = SafeTensorsWriter.encode(tensors: [(name, [1], [0])], metadata: [:])
      #expect(bytes[0] % 8 == 0)
      #expect(bytes.count == 8 + Int(bytes[0]) + 4)
    }
  }
}
