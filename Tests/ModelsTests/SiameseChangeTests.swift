import Engine
import TestSupport
import Testing

@testable import Models

struct SiameseChangeTests {
  static let encoders = [
    "{unet: {base: 3, depth: 2}}", "{cgnet: {second_blocks: 2, third_blocks: 2}}",
    "{unet: {base: 2, depth: 1, norm: group, groups: 2, residual: true}}",
    "{segformer: {variant: xs, dropout: 0, drop_path: 0}}",
  ]

  private func graph(_ encoder: String, bands: Int = 6) throws -> Graph {
    try makeModel("siamese_change", "{encoder: \(encoder)}").graph(bands: bands, outputs: 2)
  }

  @Test("To exchange the dates exchanges their classes and leaves the change", arguments: encoders)
  func swap(_ encoder: String) throws {
    let graph = try graph(encoder)
    for type in [ElementType.float32, .float64] {
      for isTraining in [false, true] {
        let probe = try NetworkProbe(
          graph, Shape(2, 13, 18, 6), isTraining: isTraining, type: type, kernels: .fast)
        let there = probe.outputs()
        let input = probe.input
        for index in input.indices { probe.input[index] = input[(index / 6) * 6 + (index + 3) % 6] }
        let back = probe.outputs()
        func part(_ values: [Double], _ channels: Range<Int>) -> [Double] {
          values.indices.filter { channels.contains($0 % 5) }.map { values[$0] }
        }
        #expect(part(there, 0..<2) == part(back, 2..<4))
        #expect(part(there, 2..<4) == part(back, 0..<2))
        #expect(part(there, 4..<5) == part(back, 4..<5))
        #expect(part(there, 0..<2) != part(there, 2..<4))
      }
    }
  }

  @Test("Two equal dates have equal classes, and one weight serves both")
  func equalDates() throws {
    let graph = try graph(Self.encoders[0])
    #expect(graph.parameters.filter { $0.name == "encoder.enc.0.conv1.weight" }.count == 1)
    #expect(graph.parameters.first { $0.name == "semantic.weight" }?.shape == [2, 3, 1, 1])
    let probe = try NetworkProbe(graph, Shape(1, 8, 8, 6), isTraining: false)
    for index in probe.input.indices where index % 6 >= 3 {
      probe.input[index] = probe.input[index - 3]
    }
    let outputs = probe.outputs()
    for pixel in 0..<64 {
      #expect(outputs[5 * pixel] == outputs[5 * pixel + 2])
      #expect(outputs[5 * pixel + 1] == outputs[5 * pixel + 3])
    }
  }

  @Test("Bands and encoders that do not fit are refused")
  func errors() throws {
    #expect(
      throws: ModelError(
        "'siamese_change' takes the bands of two dates, all of date 1 before all of date 2: an even "
          + "number, found 5")
    ) { try graph(Self.encoders[0], bands: 5) }
    let error = #expect(throws: ModelError.self) { try graph("fc_ef") }
    #expect(
      error?.description.hasPrefix(
        "'siamese_change' cannot take features from 'fc_ef'. Encoders that give them: unet") == true
    )
  }
}
