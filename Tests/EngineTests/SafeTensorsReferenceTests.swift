import Foundation
import TestSupport
import Testing

@testable import Engine

@Suite struct SafeTensorsReferenceTests {
  private let folder = ReferenceFolder()

  @Test func everyFileOfTheReferenceFolderReads() throws {
    let fileNames = folder.fileNames(withExtension: "safetensors")
    #expect(!fileNames.isEmpty)
    for fileName in fileNames {
      let tensors = try folder.tensors(String(fileName.dropLast(".safetensors".count)))
      for entry in tensors.entries {
        let count = entry.shape.reduce(1, *)
        switch entry.type {
        case .F32: #expect(try tensors.floats(entry.name).count == count)
        default: #expect(try tensors.integers(entry.name).count == count)
        }
      }
    }
  }

  @Test func modelFilesHoldTheShapesThatTheJSONGives() throws {
    var tally = ReferenceTally("model files")
    for (model, description) in try folder.json("models").members {
      guard tally.finds(model + ".safetensors", in: folder) else { continue }
      let tensors = try folder.tensors(model)
      let shapes = try #require(description["tensors"]?.members)
      for (name, shape) in shapes {
        #expect(tensors.shape(name) == shape.ints)
        tally.compared()
      }
      #expect(Set(tensors.names) == Set(shapes.map(\.0)))
    }
    #expect(tally.comparedCount > 0)
    print(tally)
  }

  /// The model files come from the writer of the format's authors, which sorts tensors by name.
  @Test func theWriterGivesTheBytesOfTheReferenceImplementation() throws {
    let source = try folder.tensors("unet_base8")
    let written = SafeTensorsWriter.encode(
      tensors: try source.names.map {
        ($0, try #require(source.shape($0)), try source.floats($0))
      }, metadata: source.metadata)
    let original = try Data(contentsOf: URL(fileURLWithPath: source.source))
    #expect(written.count == original.count)
    #expect(Data(written) == original)
  }
}
