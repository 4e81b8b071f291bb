import Foundation
import Testing

@testable import Pipelines

struct PipelineFolderTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("pipelines")
    .path

  private static let files =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  @Test(
    "Every pipeline file of the project checks", .enabled(if: !files.isEmpty, "no pipelines yet"),
    arguments: files)
  func check(_ name: String) throws {
    let pipeline = try PipelineFile(path: "\(Self.folder)/\(name)")
    #expect(!pipeline.stages.isEmpty && !pipeline.scenes.isEmpty)
    // results go to a folder of their own, so that runs do not refuse each other's
    let names = Runner(pipeline, options: RunOptions(threads: 1)).outputNames
    #expect(Set(names).count == names.count)
  }
}
