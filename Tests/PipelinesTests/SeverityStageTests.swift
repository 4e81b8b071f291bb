import Engine
import Rasters
import Synchronization
import Testing

@testable import Pipelines

/// 40 × 40 pixels with strips of four severities, and dNBR changed by a constant.
struct SeverityScene {
  let folder: TestFolder
  static let side = 40

  /// What dNBR of a column is without the constant.
  static func severity(_ x: Int) -> Float { x < 20 ? 0 : x < 27 ? 0.2 : x < 34 ? 0.4 : 0.8 }

  /// Bare ground: the last row of what did not burn.
  static func isBare(_ x: Int, _ y: Int) -> Bool { x < 20 && y == 39 }

  init(added: Float = 0, burned: Float? = nil) throws {
    folder = try TestFolder()
    let grid = TestGrid(width: Self.side, height: Self.side)
    // nir + swir2 is 1, so NBR is their difference: 0.4 before; NDVI 0.75
    try grid.write(folder.file("pre.tif"), bands: ["red", "nir", "swir2"]) { band, x, y in
      [Self.isBare(x, y) ? 0.6 : 0.1, 0.7, 0.3][band]
    }
    try grid.write(folder.file("post.tif"), bands: ["red", "nir", "swir2"]) { band, x, y in
      if x == 0, y == 0 { return .nan }
      let noise = Float((x + 2 * y) % 5 - 2) * 0.01
      let nbr = 0.4 - (burned ?? Self.severity(x)) - added - (x < 20 ? noise : 0)
      return [0.1, 0.5 + nbr / 2, 0.5 - nbr / 2][band]
    }
  }

  func file(_ stages: String, role: String = "map") throws -> PipelineFile {
    try folder.write(
      """
      output: \(folder.file("out"))
      scenes:
        - {name: fire, role: \(role), pre: pre.tif, post: post.tif}
      classes: [{name: unburned}, {name: low}, {name: moderate}, {name: high}]
      stages: \(stages)

      """, as: "p.yaml")
    return try PipelineFile(path: folder.file("p.yaml"))
  }

  func run(
    _ stage: String, role: String = "map", observer: any RunObserver = SilentObserver()
  ) throws -> Summary.SceneResult {
    let pipeline = try file("[align: {bands: [red, nir, swir2]}, \(stage)]", role: role)
    let summary = try Runner(pipeline, options: RunOptions(overwrites: true, threads: 1))
      .run(observer: observer)
    return try #require(summary.scenes.first)
  }

  func classes(_ name: String) throws -> [UInt8] {
    let raster = try Raster(path: folder.file("out/\(name)"))
    return try raster.readClasses(raster.grid.window, band: 1).map {
      $0.map { UInt8($0) } ?? 255
    }
  }
}

struct SeverityStageTests {
  @Test(
    "The offset is what was added to dNBR, and the classes do not depend on it",
    arguments: [-0.25, 0, 0.05])
  func offset(_ added: Float) throws {
    let scene = try SeverityScene(added: added)
    let severity = try #require(try scene.run("severity").severity)
    // NBR is over 1.00001; half a step of the histogram
    #expect(abs(severity.offset.value - Double(added)) < 0.0005)
    // all vegetation but the one pixel not observed; of it 20 · 39 - 1 did not burn
    #expect(severity.offset.candidates == 1579)
    #expect(severity.offset.pixels == 779)
    let expected = (0..<1600).map { pixel -> UInt8 in
      pixel == 0 ? 255 : [0: 0, 0.2: 1, 0.4: 2][SeverityScene.severity(pixel % 40)] ?? 3
    }
    #expect(try scene.classes("fire_dnbr_severity.tif") == expected)
    // RdNBR: 0.2, 0.4, 0.8 over √0.4 are 0.316, 0.632, 1.26; 0.316 228 stands on the border
    let relative = try scene.classes("fire_rdnbr_severity.tif")
    for (pixel, value) in expected.enumerated() where value != 1 {
      #expect(relative[pixel] == value)
    }
    let maps = severity.maps
    #expect(maps.map(\.measure) == ["dnbr", "rdnbr"])
    #expect(maps[0].thresholds == [0.1, 0.27, 0.66])
    #expect(maps[0].classes.map(\.name) == ["unburned", "low", "moderate", "high"])
    #expect(maps[0].classes.map(\.pixels) == [799, 280, 280, 240])
    // pixels of 100 m²
    #expect(maps[0].classes.map(\.hectares) == [7.99, 2.8, 2.8, 2.4])
    #expect(maps[0].notObservedPixels == 1 && maps[0].notObservedHectares == 0.01)
  }

  @Test("A scene that burned all over keeps its dNBR, and the run says so")
  func allBurned() throws {
    let notes = Notes()
    let scene = try SeverityScene(burned: 0.5)
    let severity = try #require(try scene.run("severity", observer: notes).severity)
    #expect(severity.offset.value == 0 && severity.offset.pixels == 0)
    #expect(severity.maps[0].classes.map(\.pixels) == [0, 0, 1599, 0])
    #expect(
      notes.lines.withLock { $0 }.last == "offset of dNBR 0: of 1579 vegetated pixels too few look "
        + "unburned; map more of the surroundings, or set 'offset'")
  }

  @Test("A number is taken as it is, and needs no red band")
  func given() throws {
    let scene = try SeverityScene()
    let pipeline = try scene.file(
      "[align: {bands: [nir, swir2]}, severity: {offset: 0.15, continuous: true}]")
    let summary = try Runner(pipeline, options: RunOptions(threads: 1)).run()
    let severity = try #require(summary.scenes.first?.severity)
    #expect(severity.offset == SeverityOffset(given: 0.15))
    #expect(severity.maps[0].classes.map(\.pixels) == [1079, 280, 240, 0])
    let raster = try Raster(path: scene.folder.file("out/fire_dnbr_corrected.tif"))
    let relative = try Raster(path: scene.folder.file("out/fire_rdnbr_corrected.tif"))
    // row 1: column 39 burned by 0.8; 0.65 / √0.4 = 1.0277
    let last = 40 + 39
    let values = try raster.read(raster.grid.window, bands: [1])
    #expect(abs(values[last] - 0.65) < 2e-5 && values[0].isNaN)
    let others = try relative.read(relative.grid.window, bands: [1])
    #expect(abs(others[last] - 1.0277) < 5e-5 && others[0].isNaN)
    #expect(
      summary.files.map { FileSystem.name($0) } == [
        "fire_dnbr_severity.tif", "fire_dnbr_corrected.tif", "fire_rdnbr_severity.tif",
        "fire_rdnbr_corrected.tif", "summary.json",
      ])
  }

  @Test("The map has names, colours and the thresholds with it")
  func raster() throws {
    let scene = try SeverityScene()
    _ = try scene.run("severity: {offset: 0.02, dnbr: [0.1, 0.3, 0.5]}")
    let raster = try Raster(path: scene.folder.file("out/fire_dnbr_severity.tif"))
    #expect(raster.bands[0].typeName == "Byte" && raster.bands[0].nodata == 255)
    #expect(raster.categoryNames(band: 1) == ["unburned", "low", "moderate", "high"])
    let palette = try #require(raster.colourTable(band: 1))
    #expect(palette.prefix(4).map(\.colour.hex) == ["#f7f7f7", "#fed976", "#fd8d3c", "#bd0026"])
    let rows = try #require(raster.attributeTable(band: 1))
    #expect(rows.map(\.name) == ["unburned", "low", "moderate", "high"])
    #expect(raster.metadata()["RSPIPE_SEVERITY_OFFSET"] == "0.02")
    #expect(raster.metadata()["RSPIPE_SEVERITY_THRESHOLDS"] == "0.1, 0.3, 0.5")
    #expect(try scene.folder.text("out/fire_dnbr_severity.qml").contains("paletted"))
  }

  @Test("Mistakes are told before any pixel is read")
  func mistakes() throws {
    let scene = try SeverityScene()
    func message(_ stages: String, role: String = "map") -> String {
      scene.folder.message { _ = try scene.file(stages, role: role) }
    }
    let align = "align: {bands: [red, nir, swir2]}"
    #expect(
      message("[\(align), severity: {offset: much}]")
        == "p.yaml:5:64: 'offset' takes 'auto' or a number from -1 to 1, found 'much'")
    #expect(
      message("[\(align), severity: {dnbr: [0.1, 0.1, 0.5]}]")
        == "p.yaml:5:62: 'dnbr' takes thresholds that rise")
    #expect(
      message("[align: {bands: [nir, swir2]}, severity]")
        == "p.yaml:5:40: the stage 'severity': ndvi needs the band red, which 'pre' lacks: it has "
        + "nir, swir2; or set 'offset' to a number")
    #expect(
      message("[severity, \(align)]")
        == "p.yaml:5:10: the stage 'severity' needs an earlier stage 'align'")
    #expect(
      message("[\(align), severity: {before: prost}]")
        == "p.yaml:5:64: 'before' takes one of the images pre, post, found 'prost'")
  }

  @Test("After 'predict' the network tells what did not burn")
  func predicted() throws {
    let test = try TestPipeline()
    let stages = TestPipeline.allStages.replacing("- write", with: "- severity: {ndvi: -1}")
    let summary = try test.run(try test.file(stages))
    let offset = try #require(summary.scenes.first?.severity?.offset)
    let unburned = (0..<9216).count {
      let (x, y) = ($0 % 96, $0 / 96)
      return !TestPipeline.isHole(x, y) && !TestPipeline.isBurned(x, y)
    }
    #expect(offset.candidates == 9216 - TestPipeline.holeCount)
    // the network is sure of most pixels; noise of 0.04 in nir and swir2 makes 0.04 of dNBR, whose
    // median over thousands is good to 0.002
    #expect(offset.pixels > unburned / 2 && offset.pixels <= unburned + 50)
    #expect(abs(offset.value) < 0.005)
  }
}

struct SeverityStageLabelTests {
  @Test(
    "A network trains on the classes of severity, which are weak labels",
    arguments: SeverityMeasure.allCases)
  func labels(_ measure: SeverityMeasure) throws {
    let scene = try SeverityScene()
    let train =
      "train: {model: {name: unet, base: 4, depth: 1}, loss: w1, epochs: 1, steps: 2, "
      + "batch: 2, window: 16, block: 16, buffer: 0, validation: 0.25, test: 0.25}"
    let result = try scene.run(
      "severity: {labels: \(measure)}, \(train), predict, expected, write: {baseline: \"\"}",
      role: "[train, map]")
    #expect(result.scores?.isWeak == true)
    #expect(
      try scene.classes(".rspipe/severity/fire_label.tif")
        == scene.classes("fire_\(measure)_severity.tif"))
    let expected = try Raster(path: scene.folder.file("out/fire_severity.tif"))
    #expect(
      try expected.read(expected.grid.window, bands: [1]).dropFirst().allSatisfy {
        (0...3).contains($0)
      })
  }

  @Test("A scene that only trains gets labels and no map")
  func trainingOnly() throws {
    let scene = try SeverityScene()
    let stages =
      "[align: {bands: [red, nir, swir2]}, severity: {labels: dnbr}, "
      + "train: {model: {name: unet, base: 4, depth: 1}, epochs: 1, steps: 1, batch: 1, "
      + "window: 16, block: 20}]"
    _ = try Runner(scene.file(stages, role: "train"), options: RunOptions(threads: 1))
      .run(observer: SilentObserver())
    #expect(try scene.folder.names("out/.rspipe/severity").contains("fire_label.tif"))
    #expect(try !scene.folder.names("out").contains("fire_dnbr_severity.tif"))
  }

  @Test("Labels of severity need as many classes, a place before 'train', and no other labels")
  func mistakes() throws {
    let scene = try SeverityScene()
    func message(_ stages: String) -> String {
      scene.folder.message { _ = try scene.file(stages, role: "[train, map]") }
    }
    let align = "align: {bands: [red, nir, swir2]}"
    #expect(
      message("[\(align), train, severity: {labels: dnbr}]")
        == "p.yaml:5:71: with 'labels' the stage 'severity' belongs before 'train'")
    #expect(
      message("[\(align), severity: {labels: dnbr, label_thresholds: [0.1, 0.3, 0.5, 0.7]}]")
        == "p.yaml:5:88: 4 thresholds make 5 classes, 'classes' lists 4")
    #expect(
      message("[\(align), labels: {weak: {}}, severity: {labels: dnbr}]")
        == "p.yaml:5:84: the stage 'labels' gives labels already; leave out that stage, or "
        + "'labels' here")
  }
}

/// Keeps what is noted.
private final class Notes: RunObserver {
  let lines = Mutex<[String]>([])

  func began(stage: String, scene: String?) {}
  func progressed(done: Int, total: Int, detail: String) {}
  func noted(_ text: String) { lines.withLock { $0.append(text) } }
  func ended(stage: String, scene: String?) {}
}
