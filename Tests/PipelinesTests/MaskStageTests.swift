import Foundation
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// A scene of 40 × 30 pixels of ground with a cloud, a saturated pixel and a gap in `post`.
struct MaskScene {
  let folder: TestFolder
  static let (width, height) = (40, 30)
  static let names = ["blue", "green", "red", "nir", "swir1", "swir2"]

  init() throws {
    folder = try TestFolder()
    let grid = TestGrid(width: Self.width, height: Self.height)
    for image in ["pre", "post"] {
      try grid.write(folder.file("\(image).tif"), bands: Self.names) { band, x, y in
        if image == "post" {
          if Self.isCloud(x, y) { return SpectralTestsTests.cloud[band] }
          if x == 35, y == 3, band == 3 { return 1.2 }
          if x == 30, y == 20, band == 0 { return .nan }
        }
        return SpectralTestsTests.ground[band] + 0.01 * hashed(band, x, y)
      }
    }
    try grid.writeLabels(folder.file("label.tif")) { x, _ in x < 20 ? 1 : 0 }
    try grid.writeLabels(folder.file("qa.tif"), nodata: 99) { x, _ in x < 3 ? 9 : x == 3 ? 99 : 4 }
  }

  static func isCloud(_ x: Int, _ y: Int) -> Bool { (5...9).contains(x) && (10...14).contains(y) }

  func pipeline(
    _ mask: String, more: String = "", scene: String = "", align: String = ""
  ) throws -> PipelineFile {
    try folder.write(
      """
      output: \(folder.file("out"))
      scenes:
        - {name: a, pre: pre.tif, post: post.tif, label: label.tif\(scene)}
      classes: [{name: unburned}, {name: burned}]
      stages:
        - align\(align)
        - mask: \(mask)
      \(more)
      """, as: "p.yaml")
    return try PipelineFile(path: folder.file("p.yaml"))
  }

  func run(_ pipeline: PipelineFile) throws -> Summary {
    try Runner(pipeline, options: RunOptions(threads: 1)).run()
  }

  /// The codes of the mask, row after row.
  func codes() throws -> [Int] {
    let raster = try Raster(path: folder.file("out/a_mask.tif"))
    return try raster.read(raster.grid.window, bands: [1]).map(Int.init)
  }
}

struct MaskStageTests {
  let scene: MaskScene

  init() throws { scene = try MaskScene() }

  @Test("Cloud, saturation and gaps are hidden, written with names, and added up")
  func spectral() throws {
    let summary = try scene.run(scene.pipeline("{}"))
    let codes = try scene.codes()
    for pixel in codes.indices {
      let (x, y) = (pixel % MaskScene.width, pixel / MaskScene.width)
      let expected =
        MaskScene.isCloud(x, y) ? 4 : (x, y) == (35, 3) ? 2 : (x, y) == (30, 20) ? 1 : 0
      #expect(codes[pixel] == expected)
    }
    let raster = try Raster(path: scene.folder.file("out/a_mask.tif"))
    #expect(
      raster.categoryNames(band: 1) == [
        "good", "not observed", "saturated", "snow", "cloud", "cloud shadow", "masked by file",
      ])
    #expect(raster.colourTable(band: 1) != nil)
    let hidden = try #require(summary.scenes.first?.hidden)
    #expect(hidden.map(\.reason) == ["not observed", "saturated", "cloud"])
    // pixels of 100 m²
    #expect(hidden.map(\.pixels) == [1, 1, 25] && hidden.map(\.hectares) == [0.01, 0.01, 0.25])
  }

  @Test("Later stages see hidden pixels as not observed")
  func hiding() throws {
    _ = try scene.run(
      scene.pipeline("{}", more: "  - indices: {rasters: [dnbr, post.ndvi]}"))
    let codes = try scene.codes()
    for name in ["dnbr", "post.ndvi"] {
      let raster = try Raster(path: scene.folder.file("out/a_\(name).tif"))
      let values = try raster.read(raster.grid.window, bands: [1])
      for pixel in codes.indices { #expect(values[pixel].isNaN == (codes[pixel] != 0)) }
    }
  }

  @Test("Hidden from training alone, pixels are observed but have no label")
  func training() throws {
    let pipeline = try scene.pipeline(
      "{hide: training}", more: "  - indices: {rasters: [dnbr]}")
    _ = try scene.run(pipeline)
    let codes = try scene.codes()
    let raster = try Raster(path: scene.folder.file("out/a_dnbr.tif"))
    let values = try raster.read(raster.grid.window, bands: [1])
    // the gap is in blue, which dNBR does not need
    #expect(!values.contains { $0.isNaN })
    let run = try Run(
      outputDirectory: scene.folder.file("out"), workDirectory: scene.folder.file("out/.rspipe"),
      options: RunOptions(threads: 1), summary: Summary(pipeline: "p"), observer: SilentObserver())
    let stages = EarlierStages(stages: pipeline.stages, declaration: pipeline.declarations[0])
    let aligned = try stages.latest(AlignStage.self).aligned(pipeline.scenes[0], in: run)
    #expect(aligned.mask?.hidesLabelsOnly == true)
    let source = stages.labels(pipeline.classes)
    let labels = try source.labels(pipeline.scenes[0], on: aligned, in: run)
      .read(aligned.grid().window)
    let scored = try source.labels(pipeline.scenes[0], on: aligned.withoutLabelMask, in: run)
      .read(aligned.grid().window)
    for pixel in codes.indices {
      let label: UInt8 = pixel % MaskScene.width < 20 ? 1 : 0
      #expect(labels[pixel] == (codes[pixel] == 0 ? label : 255))
      #expect(scored[pixel] == label)
    }
  }

  @Test("A mask raster hides its values, and the spectral tests of cloud and snow rest then")
  func file() throws {
    let summary = try scene.run(
      scene.pipeline("{rasters: [qa], values: [8, 9]}", scene: ", qa: qa.tif"))
    let codes = try scene.codes()
    #expect((0..<40).map { codes[$0] } == (0..<40).map { $0 < 3 ? 6 : 0 })
    #expect(!codes.contains(4) && codes.contains(2))
    #expect(summary.scenes.first?.hidden?.last?.reason == "masked by file")
    // bit 3 is set in 9, bit 2 in 4; what has no value stays
    _ = try scene.run(
      scene.pipeline("{rasters: [qa], bits: [cirrus], cloud: true}", scene: ", qa: qa.tif"))
    let bits = try scene.codes()
    #expect((0..<40).map { bits[$0] } == (0..<40).map { $0 < 4 ? 0 : 6 })
    #expect(
      scene.folder.message {
        try scene.pipeline("{rasters: [qa]}", scene: ", qa: qa.tif").checkHeaders()
      } == "no error")
  }

  @Test("The mask does not depend on the windows that it is made by")
  func windows() throws {
    let pipeline = try scene.pipeline("{}")
    let align = try #require(pipeline.stages[0] as? AlignStage)
    let aligned = try AlignedScene(
      rasters: pipeline.scenes[0].rasters, order: align.rasters, bands: align.bands,
      gridImage: align.gridImage, resampling: align.resampling)
    var tests = SpectralTests()
    tests.dilation = 3
    tests.shadowNIR = 0.3
    tests.shadowDistance = 4
    let maker = try MaskMaker(aligned, masks: [], rule: .nonzero, tests: tests)
    let whole = try maker.reasons(maker.grid.window)
    #expect(whole.contains(4))
    for window in maker.grid.windows(side: 7) {
      let part = try maker.reasons(window)
      for (pixel, value) in part.enumerated() {
        let (x, y) = (window.x + pixel % window.width, window.y + pixel / window.width)
        #expect(value == whole[y * MaskScene.width + x])
      }
    }
  }

  @Test(
    "Mistakes in the settings are told with their place",
    arguments: [
      (
        "{rasters: [pre]}", "",
        "p.yaml:7:22: 'pre' is an image; 'rasters' names masks beside the images"
      ),
      ("{rasters: [label]}", "", "p.yaml:7:22: an image cannot be called 'label'"),
      (
        "{bits: [cloud]}", "",
        "p.yaml:7:18: 'bits' is for mask rasters; name them by 'rasters'"
      ),
      (
        "{rasters: [qa], bits: [cloud], values: [1]}", "",
        "p.yaml:7:50: give 'bits' or 'values', not both"
      ),
      (
        "{snow: true}", ": {bands: [red, nir, swir2]}",
        "p.yaml:7:18: 'snow' needs the band green, which 'align' doesn't name"
      ),
      (
        "{hide: never}", "",
        "p.yaml:7:18: 'hide' takes one of: everywhere, training, found 'never'"
      ),
    ])
  func mistakes(mask: String, align: String, message: String) {
    let more = mask.contains("qa") ? ", qa: qa.tif" : ""
    #expect(
      scene.folder.message { _ = try scene.pipeline(mask, scene: more, align: align) } == message)
  }

  @Test("The stage comes before those that read pixels")
  func order() {
    #expect(
      scene.folder.message { _ = try scene.pipeline("{}", align: "\n  - indices") }
        == "p.yaml:8:5: the stage 'mask' belongs before 'indices'")
  }

  @Test("Tests that the bands do not allow are left out")
  func leftOut() throws {
    let summary = try scene.run(scene.pipeline("{}", align: ": {bands: [red, nir, swir2]}"))
    #expect(summary.scenes.first?.hidden?.map(\.reason) == ["saturated"])
  }
}
