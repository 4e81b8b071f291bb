import Foundation
import Testing

@testable import Pipelines

struct SceneTableTests {
  let test: TestPipeline

  init() throws {
    test = try TestPipeline()
    try test.folder.makeFolder("t")
    try FileManager.default.copyItem(
      atPath: test.folder.file("pre.tif"), toPath: test.folder.file("t/pre.tif"))
  }

  private func pipeline(_ table: String) throws -> PipelineFile {
    try test.folder.write(table, as: "t/pairs.csv")
    try test.folder.write(
      """
      scenes: t/pairs.csv
      classes: [{name: a}, {name: b}]
      stages: \(TestPipeline.plainStages)
      """, as: "p.yaml")
    return try PipelineFile(path: test.folder.file("p.yaml"))
  }

  @Test("Each line is a scene; paths are relative to the table, empty cells are left out")
  func scenes() throws {
    let pipeline = try pipeline(
      "\u{FEFF}name,role,pre,post,post.offset,label,post.nodata\r\n"
        + "a,train;map,pre.tif,../post.tif,0.5,../label.tif,\r\n"
        + "\r\n"
        + "\"b\",,\"pre.tif\", ../post.tif ,,,-1\n")
    #expect(pipeline.scenes.map(\.name) == ["a", "b"])
    let (a, b) = (pipeline.scenes[0], pipeline.scenes[1])
    #expect(a.roles == [.train, .map] && b.roles == [.map])
    #expect(a.rasters["pre"]?.path == test.folder.file("t/pre.tif"))
    #expect(a.rasters["post"]?.path == test.folder.file("t/../post.tif"))
    #expect(a.rasters["post"]?.offset == [0.5] && a.rasters["post"]?.nodata == nil)
    #expect(b.rasters["post"]?.offset == [] && b.rasters["post"]?.nodata == -1)
    #expect(a.label?.path == test.folder.file("t/../label.tif") && b.label == nil)
  }

  @Test(
    "A mistake is told with its place in the table",
    arguments: [
      ("name,pre,post\na,pre.tif\n", "t/pairs.csv:2: 2 cells, but 3 columns"),
      (
        "name,pre,post\n",
        "t/pairs.csv: a table of scenes has a line of column names (name, role, "
          + "the images) and one line for each scene"
      ),
      (
        "name;pre;post\na;pre.tif;gone.tif",
        "t/pairs.csv:2:11: 'post' names 't/gone.tif': no such file or directory"
      ),
      ("name,pre,post\na,pre.tif,\"x\n", "t/pairs.csv:2:11: a cell in quotes has no end"),
      ("name,pre,pre\na,pre.tif,pre.tif", "t/pairs.csv:1:10: the column 'pre' comes twice"),
      (
        "name,pre,post\na,pre.tif,pre.tif\na,pre.tif,pre.tif",
        "t/pairs.csv:3:1: the name 'a' stands for two scenes"
      ),
    ])
  func mistakes(_ table: String, _ message: String) {
    #expect(test.folder.message { _ = try pipeline(table) } == message)
  }

  @Test("Cells may hold separators, quotes and line breaks")
  func cells() throws {
    let rows = try CSVRow.all(of: "a,b\n\"x,\"\"y\"\"\nz\",2\n3,4", file: "f")
    #expect(rows.map { $0.cells.map(\.text) } == [["a", "b"], ["x,\"y\"\nz", "2"], ["3", "4"]])
    #expect(rows.map(\.line) == [1, 2, 4])
  }
}

/// Many scenes, of which one cannot be read.
struct ManyScenesTests {
  let test: TestPipeline

  init() throws {
    test = try TestPipeline()
    let bytes = try test.folder.bytes("post.tif")
    try Data(bytes[..<(bytes.count / 3)]).write(
      to: URL(fileURLWithPath: test.folder.file("broken.tif")))
    try test.folder.write(
      "name,pre,post\na,pre.tif,post.tif\nb,pre.tif,broken.tif\nc,pre.tif,post.tif",
      as: "pairs.csv")
    try test.folder.write(
      """
      scenes: pairs.csv
      output: \(test.folder.file("out"))
      classes: [{name: x}, {name: y}]
      stages: \(TestPipeline.plainStages)
      """, as: "p.yaml")
  }

  private func execute() throws -> RunOutcome {
    try Runner(
      PipelineFile(path: test.folder.file("p.yaml")), options: RunOptions(threads: 1)
    ).execute()
  }

  @Test("A scene that fails is told of, and does not stop the others; mended, it alone runs")
  func failing() throws {
    let outcome = try execute()
    #expect(outcome.failedScenes == ["b"])
    let error = try #require(outcome.summary.scenes.first?.error)
    #expect(test.folder.shortened(error).hasPrefix("broken.tif: cannot "))
    let maps = ["a_dnbr.qml", "a_dnbr.tif", "a_dndvi.qml", "a_dndvi.tif"]
    let others = maps.map { "c" + $0.dropFirst() }
    #expect(
      try test.folder.names("out") == [".rspipe"] + maps + others + ["summary.json"])
    // nothing but the scene that failed is tried again
    #expect(try execute().workCount == 1)
    try FileManager.default.removeItem(atPath: test.folder.file("broken.tif"))
    try FileManager.default.copyItem(
      atPath: test.folder.file("post.tif"), toPath: test.folder.file("broken.tif"))
    let mended = try execute()
    #expect(mended.failedScenes == [] && mended.workCount == 2)
    #expect(try execute().workCount == 0)
  }
}
