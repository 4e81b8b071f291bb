import Foundation
@testable import Pipelines
import Testing

@testable import rspipe

@Suite("rspipe run")
struct RunTests {
  @Test("a dry run shows stages and outputs and writes nothing")
  func dryRun() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let run = CommandLineRun(["run", path, "--dry-run", "--work", "w"])
    let out = folder.file("out")
    #expect(
      run.output == """
        stage    scenes
        align    hill
        indices  hill
        train    all
        predict  hill
        write    hill

        outputs:
          \(out)/hill_dnbr.tif
          \(out)/model.safetensors
          \(out)/hill_classes.tif
          \(out)/hill_probability.tif
          \(out)/summary.json
        artifacts: w

        """)
    #expect(run.status == 0 && run.errors == "")
    #expect(folder.names == ["fire.yaml", "label.tif", "post.tif", "pre.tif"])
  }

  @Test("a run prints areas, scores and files, and off a terminal nothing else")
  func run() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    let run = CommandLineRun(["run", path, "--threads", "1"])
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "hill")
    #expect(lines[1] == "  class         pixels  hectares")
    #expect(lines[4] == "  not observed       0      0.00")
    #expect(lines.contains { $0.hasPrefix("  overall accuracy: network ") })
    #expect(lines.contains { $0.hasPrefix("  The network ") && $0.contains("IoU of 'burned'") })
    #expect(lines.last == "  \(folder.file("out"))/summary.json")

    let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()
    #expect(
      files == [
        ".rspipe", "hill_classes.qml", "hill_classes.tif", "hill_classes.tif.aux.xml",
        "hill_dnbr.qml", "hill_dnbr.tif", "hill_probability.qml", "hill_probability.tif",
        "model.safetensors", "summary.json",
      ])

    let again = CommandLineRun(["run", path, "--json", "--verbose", "--force"])
    #expect(again.status == 0)
    let summary = try JSONDecoder().decode(Summary.self, from: Data(again.output.utf8))
    #expect(summary.scenes.map(\.name) == ["hill"])
    let stages = again.errors.split(separator: "\n").filter { $0.contains(": done in ") }
      .map { $0.prefix { $0 != ":" } + $0.dropFirst(7).prefix { $0 != ":" } }
    #expect(
      stages == [
        "rspipe align hill", "rspipe indices hill", "rspipe train", "rspipe predict hill",
        "rspipe write hill",
      ])
    #expect(
      CommandLineRun(["run", path, "-q"]) == CommandLineRun(status: 0, output: "", errors: ""))
  }

  @Test("an output that is not the pipeline's own is in the way")
  func inTheWay() throws {
    let folder = try Folder()
    let path = try TinyScene.pipeline(in: folder)
    try FileManager.default.createDirectory(
      atPath: folder.file("out"), withIntermediateDirectories: true)
    try folder.write("mine", as: "out/summary.json")
    let run = CommandLineRun(["run", path])
    #expect(run.status == 2)
    #expect(
      run.errors == "rspipe: \(folder.file("out"))/summary.json: exists and was not written by "
        + "this pipeline, or was changed since; use --overwrite to replace it, or set 'output' to "
        + "another folder\n")
  }
}

@Suite("Summary text")
struct SummaryTextTests {
  func summary(network: Double, baseline: Double) -> Summary {
    func scores(_ burned: Double) -> Summary.Scores {
      Summary.Scores(
        pixels: "test blocks", count: 1200, iou: ["unburned": 0.9876, "burned": burned],
        f1: ["unburned": 0.99, "burned": 0.5], precision: ["unburned": 0.98],
        recall: ["unburned": 1, "burned": 0.25], overallAccuracy: 0.97)
    }
    var summary = Summary(pipeline: "a.yaml")
    var scene = Summary.SceneResult(name: "hill")
    scene.dates = ["pre": "2023-07-01", "post": "2023-08-20"]
    scene.classes = [
      .init(value: 0, code: 0, name: "unburned", pixels: 12_345, hectares: 123.45),
      .init(value: 1, code: 7, name: "burned", pixels: 6, hectares: 0.06),
    ]
    scene.notObservedPixels = 10
    scene.notObservedHectares = nil
    scene.scores = scores(network)
    scene.baseline = Summary.Baseline(
      channel: "dnbr", threshold: 0.2514, scores: scores(baseline))
    summary.scenes = [scene]
    summary.files = ["out/hill_classes.tif"]
    return summary
  }

  @Test("areas, scores and the verdict stand in tables")
  func text() {
    #expect(
      SummaryText(summary(network: 0.5, baseline: 0.25)).text == """
        hill (pre 2023-07-01, post 2023-08-20)
          class         pixels  hectares
          unburned       12345    123.45
          burned             6      0.06
          not observed      10   unknown

          scores on test blocks (1200 pixels):
                         class       IoU     F1  precision  recall
          network        unburned  0.988  0.990      0.980   1.000
          network        burned    0.500  0.500          -   0.250
          dnbr >= 0.251  unburned  0.988  0.990      0.980   1.000
          dnbr >= 0.251  burned    0.250  0.500          -   0.250
          overall accuracy: network 0.970, dnbr >= 0.251 0.970
          The network beats the threshold dnbr >= 0.251: IoU of 'burned' 0.500 against 0.250.

        files:
          out/hill_classes.tif

        """)
  }

  @Test("a network that is no better than the threshold is called so", arguments: [0.25, 0.2])
  func noBetter(_ network: Double) {
    #expect(
      SummaryText(summary(network: network, baseline: 0.25)).text.contains(
        "  The network does NOT beat the threshold dnbr >= 0.251: IoU of 'burned' "
          + "\(decimals(network, 3)) against 0.250.\n"))
  }
}

extension SummaryTextTests {
  @Test("agreement with weak labels is called so, and names no winner")
  func weak() {
    var weak = summary(network: 0.5, baseline: 0.25)
    weak.scenes[0].scores?.isWeak = true
    let text = SummaryText(weak).text
    #expect(
      text.contains(
        "\n  agreement with weak labels (says nothing about accuracy), test blocks (1200 pixels):\n"
      ))
    #expect(!text.contains("beat"))
  }

  @Test("what the mask hid is listed, also where nothing was mapped")
  func hidden() {
    var summary = Summary(pipeline: "a.yaml")
    var scene = Summary.SceneResult(name: "hill")
    scene.hidden = [
      .init(value: 3, reason: "snow", pixels: 20, hectares: 1.8),
      .init(value: 4, reason: "cloud", pixels: 100, hectares: nil),
    ]
    summary.scenes = [scene]
    #expect(
      SummaryText(summary).text == """
        hill
          hidden  pixels  hectares
          snow        20      1.80
          cloud      100   unknown

        files:

        """)
  }
}
