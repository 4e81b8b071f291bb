import Engine
import Foundation
import Models
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// A whole pipeline on one tiny scene.
struct EndToEndTests {
  private static let results = ["model.safetensors", "fire_classes.tif", "fire_probability.tif"]

  @Test("The same pipeline gives the same bytes again, with one thread and with two")
  func reproducible() throws {
    let test = try TestPipeline()
    var digests: [[String]] = []
    for (output, threads) in [("a", 1), ("b", 1), ("c", 2)] {
      try test.run(try test.file(TestPipeline.allStages, output: output), threads: threads)
      digests.append(try Self.results.map { try test.digest("\(output)/\($0)") })
    }
    #expect(digests[1] == digests[0])
    #expect(digests[2] == digests[0])
  }

  @Test("The maps keep their promises, and say so in the summary")
  func maps() throws {
    let test = try TestPipeline()
    let summary = try test.run(try test.file(TestPipeline.allStages))
    let classes = try Raster(path: test.folder.file("out/fire_classes.tif"))
    let values = try classes.readClasses(classes.grid.window, band: 1)
    let probability = try Raster(path: test.folder.file("out/fire_probability.tif"))
    let shares = try probability.read(probability.grid.window, bands: [1])
    var (hits, misses, counts) = (0, 0, [0, 0])
    for (pixel, value) in values.enumerated() {
      let (x, y) = (pixel % TestPipeline.side, pixel / TestPipeline.side)
      guard !TestPipeline.isHole(x, y) else {
        #expect(value == nil && shares[pixel].isNaN)
        continue
      }
      let value = Int(try #require(value))
      counts[value] += 1
      #expect(value == (shares[pixel] > 0.5 ? 1 : 0))
      if (value == 1) == TestPipeline.isBurned(x, y) { hits += 1 } else { misses += 1 }
    }
    // the fire is plain to see: a network of 24 steps misses its edge at most
    #expect(Double(hits) / Double(hits + misses) > 0.95)
    try checkSummary(summary, counts, test)
  }

  private func checkSummary(_ summary: Summary, _ counts: [Int], _ test: TestPipeline) throws {
    let scene = try #require(summary.scenes.first)
    #expect(summary.scenes.count == 1 && scene.name == "fire")
    #expect(scene.classes.map(\.pixels) == counts)
    #expect(scene.classes.map(\.name) == ["unburned", "burned"])
    // pixels of 100 m²
    #expect(scene.classes.map(\.hectares) == counts.map { Double($0) * 100 / 10_000 })
    #expect(scene.notObservedPixels == TestPipeline.holeCount)
    #expect(scene.notObservedHectares == Double(TestPipeline.holeCount) * 100 / 10_000)
    let scores = try #require(scene.scores)
    #expect(scores.pixels == "test blocks")
    #expect(try #require(scores.iou["burned"]) > 0.8)
    let baseline = try #require(scene.baseline)
    #expect(baseline.channel == "dnbr" && baseline.scores.count == scores.count)
    #expect(try #require(baseline.scores.iou["burned"]) > 0.9)
    let written = try test.folder.bytes("out/summary.json")
    #expect(written == (try summary.encoded()))
    #expect(try jsonDecoded(Summary.self, Data(written)) == summary)
  }

  @Test("The map of classes opens styled everywhere: one band of bytes with all that explains it")
  func classRaster() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages))
    let raster = try Raster(path: test.folder.file("out/fire_classes.tif"))
    #expect(raster.bands.count == 1)
    #expect(raster.bands[0].typeName == "Byte" && raster.bands[0].nodata == 255)
    #expect(raster.bands[0].colourInterpretation == "Palette")
    let palette = try #require(raster.colourTable(band: 1))
    #expect(palette[0].colour.hex == "#eeeeee" && palette[1].colour.hex == "#d7301f")
    #expect(raster.categoryNames(band: 1) == ["unburned", "burned"])
    #expect(raster.metadata(domain: "IMAGE_STRUCTURE")["LAYOUT"] == "COG")
    let items = raster.metadata()
    #expect(items["TIFFTAG_SOFTWARE"] == "rspipe \(Version.text)")
    #expect(items["RSPIPE_CLASS_RULE"] == "most probable class")
    #expect(items["RSPIPE_MODEL"] == (try test.digest("out/model.safetensors")))
    let sidecar = try test.folder.text("out/fire_classes.tif.aux.xml")
    #expect(sidecar.contains("<Name>Code</Name>"))
    #expect(try test.folder.text("out/fire_classes.qml").contains("paletted"))
    let probability = try Raster(path: test.folder.file("out/fire_probability.tif"))
    #expect(probability.bands.map(\.name) == ["probability of burned"])
    #expect(probability.bands[0].nodata?.isNaN == true)
    #expect(probability.metadata(domain: "IMAGE_STRUCTURE")["LAYOUT"] == "COG")
  }

  @Test("Named weights map as those just trained, and score all labels")
  func namedModel() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages))
    let named = try test.file(
      TestPipeline.allStages, output: "named", role: "map", more: "model: out/model.safetensors")
    let summary = try test.run(named)
    #expect(try test.folder.names("named").contains("model.safetensors") == false)
    for name in ["fire_classes.tif", "fire_probability.tif"] {
      #expect(try test.digest("named/\(name)") == test.digest("out/\(name)"))
    }
    let scores = try #require(summary.scenes.first?.scores)
    #expect(scores.pixels == "all labels")
    #expect(scores.count == TestPipeline.side * TestPipeline.side - TestPipeline.holeCount)
  }

  @Test("Weights for other classes or channels are refused before any pixel is read")
  func unsuitedModel() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages))
    let model = "model: out/model.safetensors"
    _ = try test.file(TestPipeline.allStages, output: "b", more: model)
    let text = try test.folder.text("p.yaml")
    func message(_ change: String, _ by: String) throws -> String {
      try test.folder.write(text.replacing(change, with: by), as: "p.yaml")
      return test.folder.message { _ = try PipelineFile(path: test.folder.file("p.yaml")) }
    }
    #expect(
      try message("name: burned", "name: scorched")
        == "p.yaml: the model out/model.safetensors maps the classes unburned, burned; 'classes' "
        + "must list the same")
    #expect(
      try message("[red, nir, swir2]", "[red, nir]")
        == "p.yaml: the model out/model.safetensors needs: unknown channel 'pre.swir2'. Did you "
        + "mean 'pre.nir'? Channels are bands (pre.red, …), indices of an image (post.nbr) and "
        + "differences (dnbr, rdnbr); indices: nbr, nbr2, ndvi, gndvi, ndre, ndwi, bai, bais2")
  }

  @Test("A scene that both trains and validates keeps blocks to validate on")
  func trainsAndValidates() throws {
    let test = try TestPipeline()
    let pipeline = try test.file(TestPipeline.allStages, role: "[train, validate, map]")
    try test.run(pipeline)
    let blocks = try jsonDecoded(
      BlockSplit.self, Data(try test.folder.bytes("out/.rspipe/train/fire_blocks.json")))
    #expect(!blocks.blocks(.validate).isEmpty)
    let history = try jsonDecoded(
      TrainingSession.Record.self, Data(try test.folder.bytes("out/.rspipe/train/history.json")))
    #expect(history.epochs.count == 3 && history.epochs.allSatisfy { $0.score != nil })
  }

  @Test("Where no block validates that is said, and nothing is scored")
  func noValidation() throws {
    let test = try TestPipeline()
    let pipeline = try test.file(
      TestPipeline.allStages.replacing("block: 24", with: "block: 128"))
    let recorder = Recorder()
    let scene = try #require(try test.run(pipeline, observer: recorder).scenes.first)
    #expect(
      recorder.lines.withLock { $0 }.contains(
        "noted no block validates, so the last weights are kept: make 'block' smaller or "
          + "'validation' larger"))
    #expect(scene.scores == nil && scene.baseline == nil)
  }

  @Test("With three classes all probabilities are written, and there is no plain threshold")
  func threeClasses() throws {
    let test = try TestPipeline()
    try TestGrid(width: TestPipeline.side, height: TestPipeline.side).writeLabels(
      test.folder.file("label.tif")
    ) { x, y in TestPipeline.isBurned(x, y) ? 1 : y > 70 ? 41 : 0 }
    let pipeline = try test.file(TestPipeline.allStages)
    #expect(pipeline.classes.count == 2)
    try test.folder.write(
      try test.folder.text("p.yaml").replacing(
        "stages:", with: "  - {name: forest, value: 41}\nstages:"), as: "p.yaml")
    let summary = try test.run(PipelineFile(path: test.folder.file("p.yaml")))
    let scene = try #require(summary.scenes.first)
    #expect(scene.classes.map(\.code) == [0, 1, 41] && scene.baseline == nil)
    #expect(scene.classes.map(\.pixels).reduce(0, +) == 9216 - TestPipeline.holeCount)
    let probability = try Raster(path: test.folder.file("out/fire_probability.tif"))
    #expect(
      probability.bands.map(\.name)
        == ["unburned", "burned", "forest"].map { "probability of \($0)" })
    let shares = try probability.read(probability.grid.window, bands: [1, 2, 3])
    let classes = try Raster(path: test.folder.file("out/fire_classes.tif"))
      .readClasses(probability.grid.window, band: 1)
    #expect(
      ClassRule.greatest.classes(shares, count: 9216)
        == classes.map { $0.map { UInt8($0) } ?? 255 })
  }

  @Test("A threshold decides the class, and is told in the map's metadata")
  func threshold() throws {
    let test = try TestPipeline()
    try test.run(
      try test.file(TestPipeline.allStages.replacing("- write", with: "- write: {threshold: 0.9}")))
    let probability = try Raster(path: test.folder.file("out/fire_probability.tif"))
    let shares = try probability.read(probability.grid.window, bands: [1])
    let map = try Raster(path: test.folder.file("out/fire_classes.tif"))
    #expect(
      map.metadata()["RSPIPE_CLASS_RULE"] == "probability of the second class at least 0.9")
    let classes = try map.readClasses(map.grid.window, band: 1)
    #expect(
      zip(classes, shares).allSatisfy { value, share in
        value.map { $0 == (share >= 0.9 ? 1 : 0) } ?? share.isNaN
      })
    #expect(shares.contains { $0 > 0.5 && $0 < 0.9 })
  }

  @Test("A map in degrees has geodesic areas")
  func degrees() throws {
    let test = try TestPipeline(crs: "EPSG:4326", geotransform: [-120, 1e-4, 0, 38, 0, -1e-4])
    let summary = try test.run(try test.file(TestPipeline.allStages))
    let scene = try #require(summary.scenes.first)
    let areas = scene.classes.compactMap(\.hectares) + [try #require(scene.notObservedHectares)]
    // M·N·cos φ of WGS 84 at the middle of the scene, 37.9952° N: 97.41 m² … by Snyder's formulas
    // M = 6 359 630 m, N = 6 386 241 m, cos φ = 0.788 063 of (1e-4 degrees)²
    let radians = 1e-4 * Double.pi / 180
    let whole = 9216 * 6_359_630 * 6_386_241 * 0.788_063 * radians * radians / 10_000
    #expect(abs(areas.reduce(0, +) / whole - 1) < 2e-5)
  }
}
