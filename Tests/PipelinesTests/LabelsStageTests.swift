import Foundation
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// What was said during a run.
final class NoteTaker: RunObserver, @unchecked Sendable {
  // runs on the thread of the test alone
  private(set) var notes: [String] = []

  func began(stage: String, scene: String?) {}
  func progressed(done: Int, total: Int, detail: String) {}
  func noted(_ text: String) { notes.append(text) }
  func ended(stage: String, scene: String?) {}
}

struct LabelsStageTests {
  let test: TestPipeline

  init() throws { test = try TestPipeline() }

  private var folder: TestFolder { test.folder }

  /// Squares of 100 m in the upper left corner, from pixel 20 and from pixel 40 on.
  private func writePolygons() throws {
    let squares = [(200.0, 1, "2020-08-05"), (400.0, 5, "2020-01-05")].map { start, code, day in
      let (west, north) = (500_000 + start, 4_000_000 - start)
      let ring = [(0.0, 0.0), (100, 0), (100, -100), (0, -100), (0, 0)].map {
        "[\(west + $0.0), \(north + $0.1)]"
      }.joined(separator: ",")
      return #"{"type":"Feature","properties":{"code":\#(code),"name":"burned","day":"\#(day)"},"#
        + #""geometry":{"type":"Polygon","coordinates":[[\#(ring)]]}}"#
    }
    try folder.write(
      #"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"#
        + #""urn:ogc:def:crs:EPSG::32610"}},"features":[\#(squares.joined(separator: ","))]}"#,
      as: "fires.geojson")
  }

  private func pipeline(
    _ labels: String, label: String? = "fires.geojson", role: String = "[train, map]",
    more: String = "", post: String = "post.tif", align: String = "{bands: [red, nir, swir2]}"
  ) throws -> PipelineFile {
    let given = label.map { ", label: \($0)" } ?? ""
    try folder.write(
      """
      output: \(folder.file("out"))
      scenes:
        - {name: fire, role: \(role), pre: pre.tif, post: \(post)\(given)}
      classes: [{name: unburned}, {name: burned}]
      stages:
        - align: \(align)
        - labels: \(labels)
      \(more)
      """, as: "p.yaml")
    return try PipelineFile(path: folder.file("p.yaml"))
  }

  /// The labels that the stage made, and what it said.
  private func labels(_ pipeline: PipelineFile) throws -> ([UInt8], [String]) {
    let notes = NoteTaker()
    try test.run(pipeline, observer: notes)
    let raster = try Raster(path: folder.file("out/.rspipe/labels/fire.tif"))
    let labels = try raster.readClasses(raster.grid.window, band: 1).map {
      $0.map(UInt8.init) ?? 255
    }
    return (labels, notes.notes.map(folder.shortened))
  }

  private func isSquare(_ pixel: Int, _ start: Int) -> Bool {
    let range = start..<start + 10
    return range.contains(pixel % TestPipeline.side) && range.contains(pixel / TestPipeline.side)
  }

  @Test("Polygons are of the second class, what lies outside of the first")
  func polygons() throws {
    try writePolygons()
    let (labels, notes) = try labels(pipeline("{}"))
    #expect(
      labels.indices.allSatisfy {
        labels[$0] == (isSquare($0, 20) || isSquare($0, 40) ? 1 : 0)
      })
    #expect(notes.contains("fires.geojson: 2 of 2 features burned in"))
    #expect(notes.contains("labels: unburned 9016, burned 200, none 0 pixels"))
  }

  @Test("Classes by attribute, outside ignored, and only polygons within the date window")
  func dates() throws {
    try writePolygons()
    let (labels, notes) = try labels(
      pipeline(
        "{attribute: name, outside: ignore, date_field: day, date_window_days: 60}",
        post: "{path: post.tif, date: 2020-09-01}"))
    #expect(labels.indices.allSatisfy { labels[$0] == (isSquare($0, 20) ? 1 : 255) })
    #expect(
      notes.contains(
        "fires.geojson: 1 of 2 features burned in; left out: 1 of other dates"))
  }

  @Test("An unknown code, or a missing date of the image, is told with what to do")
  func runMistakes() throws {
    try writePolygons()
    #expect(
      folder.message { _ = try labels(pipeline("{attribute: code}")) }
        == "fires.geojson: the label 5 is no class. Classes: 0 unburned, 1 burned; ignored: 255. "
        + "Add it to 'classes' or set 'ignore'")
    #expect(
      folder.message {
        _ = try labels(pipeline("{date_field: day, date_window_days: 60}"))
      }
        == "scene 'fire': 'date_window_days' needs the date of the image 'post', which its file "
        + "doesn't say; give it as 'post: {path: …, date: YYYY-MM-DD}'")
    #expect(
      folder.message { try pipeline("{attribute: kind}").checkHeaders() }
        == "fires.geojson: cannot find the field 'kind': the fields are code, name, day")
  }

  @Test("A raster keeps its classes; 0 and 255 alone are a mask, which is said")
  func rasters() throws {
    let (labels, notes) = try labels(pipeline("{}", label: "label.tif"))
    #expect(
      labels.indices.allSatisfy {
        labels[$0] == (TestPipeline.isBurned($0 % 96, $0 / 96) ? 1 : 0)
      })
    #expect(!notes.contains { $0.contains("mask") })
    let grid = TestGrid(width: 96, height: 96)
    try grid.writeLabels(folder.file("mask.tif"), nodata: 7) {
      TestPipeline.isBurned($0, $1) ? 255 : $0 == 0 ? 7 : 0
    }
    let (masked, said) = try self.labels(pipeline("{}", label: "mask.tif"))
    #expect(
      masked.indices.allSatisfy {
        masked[$0] == ($0 % 96 == 0 ? 255 : labels[$0])
      })
    #expect(said.contains("labels 0/255 of mask.tif read as a mask: 255 is class 'burned'"))
  }

  @Test("Weak labels: below, above, and nothing between; holes and masked pixels have none")
  func weak() throws {
    let (labels, notes) = try labels(
      pipeline(
        "{weak: {channel: dnbr, low: 0.3, high: 0.6}}", label: nil,
        more: "  - indices: {rasters: [dnbr]}"))
    let raster = try Raster(path: folder.file("out/fire_dnbr.tif"))
    let values = try raster.read(raster.grid.window, bands: [1])
    for (label, value) in zip(labels, values) {
      #expect(label == (value.isNaN ? 255 : value < 0.3 ? 0 : value >= 0.6 ? 1 : 255))
    }
    #expect(Set(labels) == [0, 1, 255])
    #expect(notes.contains { $0.hasPrefix("weak labels: unburned ") })
  }

  @Test("Weak labels train without any label, and scores against them are marked")
  func weakTraining() throws {
    let stages = TestPipeline.allStages.split(separator: "\n").dropFirst().joined(separator: "\n")
    let summary = try test.run(
      pipeline(
        "{weak: {}}", label: nil,
        more: stages.replacing("      - ", with: "  - ")
          .replacing("          ", with: "      ")))
    let scores = try #require(summary.scenes.first?.scores)
    #expect(scores.isWeak == true && scores.pixels == "test blocks")
    #expect(summary.scenes.first?.baseline?.scores.isWeak == true)
    #expect(try folder.text("out/summary.json").contains("\"isWeak\" : true"))
  }

  @Test("Weak labels leave labels alone that are there, unless they are to replace them")
  func replacing() throws {
    func isWeak(_ weak: String) throws -> Bool {
      let pipeline = try pipeline("{weak: \(weak)}", label: "label.tif")
      let stage = try #require(pipeline.stages[1] as? LabelsStage)
      return stage.isWeak(pipeline.scenes[0])
    }
    #expect(try !isWeak("{}"))
    #expect(try isWeak("{replace: true}"))
  }

  @Test("A vector label without the stage is told what to do")
  func withoutStage() throws {
    try writePolygons()
    _ = try pipeline("{}")
    try folder.write(
      try folder.text("p.yaml").replacing("  - labels: {}\n", with: ""), as: "q.yaml")
    #expect(
      folder.message { try PipelineFile(path: folder.file("q.yaml")).checkHeaders() }
        == "fires.geojson: the label is a vector file; add the stage 'labels' after 'align' to "
        + "rasterise it")
  }

  @Test(
    "Mistakes in the settings are told with their place",
    arguments: [
      (
        "{burn_class: scorched}",
        "p.yaml:7:26: 'burn_class' takes a class, found 'scorched'. Classes: unburned, burned"
      ),
      (
        "{outside: unburnt}",
        "p.yaml:7:23: 'outside' takes a class, found 'unburnt'. Did you mean 'unburned'? Classes: "
          + "unburned, burned"
      ),
      (
        "{attribute: code, burn_class: 1}",
        "p.yaml:7:43: 'burn_class' is for polygons without 'attribute'; remove one of the two"
      ),
      ("{date_field: day}", "p.yaml:7:26: 'date_field' needs 'date_window_days' beside it"),
      (
        "{date_window_days: 3}", "p.yaml:7:32: 'date_window_days' needs 'date_field' beside it"
      ),
      (
        "{weak: {low: 0.5}}", "p.yaml:7:26: 'low' takes at most 'high', 0.27, found 0.5"
      ),
      (
        "{weak: {low_class: burned}}",
        "p.yaml:7:32: 'low_class' and 'high_class' are both 'burned'"
      ),
      (
        "{weak: {channel: dbai2}}",
        "p.yaml:7:30: unknown channel 'dbai2'. Did you mean 'dbai'? Channels are bands (pre.red, "
          + "…), indices of an image (post.nbr) and differences (dnbr, rdnbr); indices: nbr, nbr2, "
          + "ndvi, gndvi, ndre, ndwi, bai, bais2"
      ),
    ])
  func mistakes(labels: String, message: String) throws {
    #expect(folder.message { _ = try pipeline(labels, label: "label.tif") } == message)
  }

  @Test("Without labels and without 'weak' a scene cannot train, and the stage has nothing to do")
  func nothing() {
    #expect(
      folder.message { _ = try pipeline("{}", label: nil) }
        == "p.yaml:3:24: scene 'fire' is to train but has no 'label'")
    #expect(
      folder.message { _ = try pipeline("{}", label: nil, role: "map") }
        == "p.yaml:7:5: the stage 'labels' has nothing to do: no scene has a 'label', and 'weak' "
        + "isn't set")
  }
}
