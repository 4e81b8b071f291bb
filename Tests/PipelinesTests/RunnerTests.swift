import Foundation
import Rasters
import Synchronization
import Testing

@testable import Pipelines

struct RunnerTests {
  let test: TestPipeline

  init() throws { test = try TestPipeline() }

  private static let outputs = [
    ".rspipe", "fire_dnbr.qml", "fire_dnbr.tif", "fire_dndvi.qml", "fire_dndvi.tif", "summary.json",
  ]

  @Test("A second run replaces the outputs of the first, with the same bytes")
  func again() throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    let summary = try test.run(pipeline)
    #expect(try test.folder.names("out") == Self.outputs)
    let digests = try Self.outputs.dropFirst().map { try test.digest("out/\($0)") }
    #expect(
      summary.files
        == ["fire_dnbr.tif", "fire_dndvi.tif", "summary.json"].map {
          test.folder.file("out/\($0)")
        })
    try test.run(pipeline)
    #expect(try Self.outputs.dropFirst().map { try test.digest("out/\($0)") } == digests)
  }

  @Test("A foreign file in the way is refused and left as it is, unless it may be replaced")
  func foreign() throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    try test.folder.makeFolder("out")
    try test.folder.write("precious", as: "out/fire_dndvi.tif")
    let message = test.folder.message { try test.run(pipeline) }
    #expect(
      message == "out/fire_dndvi.tif: exists and was not written by this pipeline, or was changed "
        + "since; use --overwrite to replace it, or set 'output' to another folder")
    #expect(try test.folder.text("out/fire_dndvi.tif") == "precious")
    #expect(try test.folder.names("out") == [".rspipe", "fire_dndvi.tif"])
    try test.run(pipeline, overwrites: true)
    #expect(try test.folder.text("out/fire_dndvi.tif") != "precious")
    // what was replaced is own now
    try test.run(pipeline)
  }

  @Test("An own output that was changed since is refused and left as it is")
  func changed() throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    try test.run(pipeline)
    try test.folder.write("edited", as: "out/summary.json")
    #expect(
      test.folder.message { try test.run(pipeline) }
        == "out/summary.json: exists and was not written by this pipeline, or was changed since; "
        + "use --overwrite to replace it, or set 'output' to another folder")
    #expect(try test.folder.text("out/summary.json") == "edited")
  }

  @Test("The outputs of another work folder are foreign")
  func otherWork() throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    try test.run(pipeline, work: "work1")
    try test.run(pipeline, work: "work1")
    #expect(test.folder.message { try test.run(pipeline, work: "work2") }.contains("--overwrite"))
  }

  @Test(
    "An output that is an input is refused, even if it may be replaced", arguments: [false, true])
  func equalToInput(_ overwrites: Bool) throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    try test.run(pipeline)
    try test.folder.write(
      try test.folder.text("p.yaml").replacing(
        "pre: pre.tif", with: "pre: out/../out/fire_dnbr.tif"),
      as: "p.yaml")
    let before = try test.digest("out/fire_dnbr.tif")
    let message = test.folder.message {
      try test.run(PipelineFile(path: test.folder.file("p.yaml")), overwrites: overwrites)
    }
    #expect(
      message == "out/../out/fire_dnbr.tif: an input of scene 'fire' would be overwritten; set "
        + "'output' to another folder")
    #expect(try test.digest("out/fire_dnbr.tif") == before)
  }

  @Test("A link to an input is the input")
  func linkToInput() throws {
    let pipeline = try test.file(TestPipeline.plainStages)
    try test.folder.makeFolder("out")
    try FileManager.default.createSymbolicLink(
      atPath: test.folder.file("out/fire_dnbr.tif"),
      withDestinationPath: test.folder.file("post.tif"))
    #expect(
      test.folder.message { try test.run(pipeline, overwrites: true) }
        .contains("post.tif: an input of scene 'fire' would be overwritten"))
  }

  @Test("The weights that a pipeline names are not overwritten by what it writes")
  func equalToModel() throws {
    try test.run(try test.file(TestPipeline.allStages))
    // the stage that trains is skipped, but a folder of results may hold the weights
    let named = try test.file(TestPipeline.allStages, more: "model: out/model.safetensors")
    let before = try test.digest("out/model.safetensors")
    try test.run(named)
    #expect(try test.digest("out/model.safetensors") == before)
  }

  @Test("A stage that fails leaves what earlier stages wrote, and no temporary files")
  func failing() throws {
    try TestGrid(width: 96, height: 96).writeLabels(test.folder.file("label.tif")) { x, _ in
      x == 95 ? 7 : 1
    }
    let pipeline = try test.file(TestPipeline.allStages)
    #expect(
      test.folder.message { try test.run(pipeline) }
        == "label.tif: the label 7 is no class. Classes: 0 unburned, 1 burned; ignored: 255. "
        + "Add it to 'classes' or set 'ignore'")
    #expect(try test.folder.names("out") == [".rspipe", "fire_dnbr.qml", "fire_dnbr.tif"])
    #expect(try test.folder.names("out/.rspipe") == ["align", "journal.json", "lock"])
    // and the next run replaces them
    try TestGrid(width: 96, height: 96).writeLabels(test.folder.file("label.tif")) {
      TestPipeline.isBurned($0, $1) ? 1 : 0
    }
    try test.run(pipeline)
  }

  @Test("A raster that fails while it is read leaves no half of an index")
  func failingIndices() throws {
    // a file that opens, but whose pixels are cut off
    let bytes = try test.folder.bytes("post.tif")
    try Data(bytes[..<(bytes.count / 3)]).write(
      to: URL(fileURLWithPath: test.folder.file("post.tif")))
    let message = test.folder.message { try test.run(test.file(TestPipeline.plainStages)) }
    #expect(message.hasPrefix("post.tif: cannot ") && !message.contains("\n"))
    #expect(try test.folder.names("out") == [".rspipe"])
  }

  @Test("Whoever watches hears of every stage and scene, in order")
  func observer() throws {
    let recorder = Recorder()
    try test.run(try test.file(TestPipeline.plainStages), observer: recorder)
    #expect(
      recorder.lines.withLock { $0 } == [
        "began align fire", "noted 96×96 pixels", "ended align fire", "began indices fire",
        "noted left out: dnbr2 (nbr2 needs the band swir1, which 'pre' lacks: it has red, nir, "
          + "swir2)", "1 of 1", "ended indices fire",
      ])
  }

  @Test("Labels of one class alone are refused before training")
  func oneClass() throws {
    try TestGrid(width: 96, height: 96).writeLabels(test.folder.file("label.tif")) { _, _ in 1 }
    #expect(
      test.folder.message { try test.run(test.file(TestPipeline.allStages)) }
        == "p.yaml: the training blocks hold labels of 'burned' alone; training needs two classes: "
        + "label more, or change 'block', 'seed' or 'buffer'")
  }
}

/// Writes down what it hears.
final class Recorder: RunObserver {
  let lines = Mutex<[String]>([])

  private func add(_ line: String) { lines.withLock { $0.append(line) } }

  func began(stage: String, scene: String?) { add("began \(stage) \(scene ?? "-")") }
  func progressed(done: Int, total: Int, detail: String) { add("\(done) of \(total)") }
  func noted(_ text: String) { add("noted \(text)") }
  func ended(stage: String, scene: String?) { add("ended \(stage) \(scene ?? "-")") }
}
