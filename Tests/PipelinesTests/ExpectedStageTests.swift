import Rasters
import Testing

@testable import Pipelines

struct ExpectedStageTests {
  @Test("The expected grade is the mean of the grades by probability")
  func expectation() {
    let probabilities: [Float] = [0.5, 1, .nan, 0.25, 0, .nan, 0.25, 0, .nan]
    let found = ExpectedStage.expected(probabilities, count: 3, grades: [0, 1, 3])
    #expect(seen(found) == [1, 0, nil])
  }

  @Test("A network's expected grade follows from its probabilities, NaN where not observed")
  func raster() throws {
    let test = try TestPipeline()
    let stages = TestPipeline.allStages.replacing(
      "- write", with: "- expected: {grades: [1, 4]}\n  - write")
    let summary = try test.run(try test.file(stages))
    #expect(summary.files.contains(test.folder.file("out/fire_severity.tif")))
    let expected = try Raster(path: test.folder.file("out/fire_severity.tif"))
    let probability = try Raster(path: test.folder.file("out/fire_probability.tif"))
    let window = expected.grid.window
    let values = try expected.read(window, bands: [1])
    let burned = try probability.read(window, bands: [1])
    #expect(values.count { $0.isNaN } == TestPipeline.holeCount)
    for (value, burned) in zip(values, burned) where !value.isNaN {
      // the two probabilities are rounded apart, by 6e-8 each
      #expect(abs(value - (1 + 3 * burned)) < 2e-6)
    }
    #expect(expected.bands[0].name == "expected severity")
    #expect(expected.metadata()["RSPIPE_GRADES"] == "1.0, 4.0")
    let style = try test.folder.text("out/fire_severity.qml")
    #expect(style.contains("value=\"4\" label=\"burned\" color=\"#d7301f\""))
  }

  @Test("A network trained by the Wasserstein loss on four classes keeps their order")
  func ordered() throws {
    let scene = try SeverityScene()
    try TestGrid(width: 40, height: 40).writeLabels(scene.folder.file("label.tif")) { x, _ in
      [0: 0, 0.2: 1, 0.4: 2][SeverityScene.severity(x)] ?? 3
    }
    let stages = """

        - align: {bands: [red, nir, swir2]}
        - indices: {channels: [dnbr], bands: false, rasters: []}
        - train:
            model: {name: unet, base: 4, depth: 1}
            loss: [{name: ce, weight: 0.5}, {name: w1, weight: 0.5}]
            optimiser: {name: adamw, learning_rate: 0.02}
            schedule: constant
            epochs: 4
            steps: 20
            batch: 4
            window: 16
            block: 16
            buffer: 0
            validation: 0.2
            test: 0
        - predict: {tile: 32}
        - expected
      """
    _ = try scene.file("[align: {bands: [red, nir, swir2]}]")
    let text = try scene.folder.text("p.yaml")
      .replacing("stages: [align: {bands: [red, nir, swir2]}]", with: "stages:\(stages)")
      .replacing("post: post.tif}", with: "post: post.tif, label: label.tif}")
      .replacing("role: map", with: "role: [train, map]")
    try scene.folder.write(text, as: "p.yaml")
    let pipeline = try PipelineFile(path: scene.folder.file("p.yaml"))
    _ = try Runner(pipeline, options: RunOptions(threads: 1)).run()
    let raster = try Raster(path: scene.folder.file("out/fire_severity.tif"))
    let values = try raster.read(raster.grid.window, bands: [1])
    #expect(values[0].isNaN && values.count { $0.isNaN } == 1)
    #expect(values.dropFirst().allSatisfy { (0...3).contains($0) })
    // in the middle of the strips, away from their edges; so short a training gets no further
    let means = [8, 23, 30, 37].map { x in
      (1..<40).reduce(0) { $0 + values[$1 * 40 + x] } / 39
    }
    #expect(means[0] < 0.7 && means[3] > 2.3, "\(means)")
    #expect(means[1] > means[0] + 0.2, "\(means)")
    #expect(means[2] > means[0] + 0.7 && means[2] < means[3] - 0.7, "\(means)")
  }

  @Test("Grades that do not fit the classes are refused")
  func mistakes() throws {
    let test = try TestPipeline()
    func message(_ grades: String) -> String {
      test.folder.message {
        _ = try test.file(
          TestPipeline.allStages.replacing("- write", with: "- expected: {grades: \(grades)}"))
      }
    }
    #expect(
      message("[0, 1, 2]").hasSuffix(
        "'grades' takes one number for each of the 2 classes, found 3"))
    #expect(message("[1, 1]").hasSuffix("'grades' takes at least two different numbers"))
  }
}
