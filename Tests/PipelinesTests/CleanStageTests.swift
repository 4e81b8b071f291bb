import CGDAL
import Foundation
import Rasters
import Testing

@testable import Pipelines

/// The stages `clean` and `polygons`, in a pipeline with a tiny network and alone.
struct CleanStageTests {
  private static func stages(_ clean: String, _ polygons: String = "- polygons") -> String {
    TestPipeline.allStages.replacing(
      "- write", with: "- clean: \(clean)\n  - write\n  \(polygons)")
  }

  private func message(_ clean: String, in stages: String? = nil, more: String = "") throws
    -> String
  {
    let test = try TestPipeline()
    return test.folder.message { _ = try test.file(stages ?? Self.stages(clean), more: more) }
  }

  @Test("Settings that contradict each other are refused at their place")
  func mistakes() throws {
    #expect(
      try message("{threshold: 0.5, select: iou}")
        == "p.yaml:22:37: 'threshold' is given: leave out 'select'")
    #expect(
      try message("{least_recall: 0.5}")
        == "p.yaml:22:27: 'least_recall' goes with 'select: recall'")
    #expect(
      try message("{minimum_hectares: 1, minimum_pixels: 3}")
        == "p.yaml:22:50: give 'minimum_hectares' or 'minimum_pixels', not both")
    #expect(
      try message("", in: Self.stages("{}").replacing("- write", with: "- write: {threshold: 0.4}"))
        == "p.yaml:23:24: the stage 'clean' makes the classes: set its 'threshold' instead")
    let late = TestPipeline.allStages + "\n  - clean"
    #expect(
      try message("", in: late)
        == "p.yaml:23:5: the stage 'clean' must come before 'write', which publishes its map")
    #expect(
      try message("", in: Self.stages("{}", "- polygons: {classes: [unburned, burnt]}"))
        == "p.yaml:24:36: 'classes' takes names of classes (unburned, burned), found 'burnt'")
  }

  @Test("A pipeline with a model has no validation blocks to choose a threshold on")
  func modelWithoutValidation() throws {
    let test = try TestPipeline()
    try test.run(try test.file(TestPipeline.allStages))
    let stages = Self.stages("{select: iou}")
    #expect(
      test.folder.message {
        _ = try test.file(stages, output: "b", more: "model: out/model.safetensors")
      }
        == "p.yaml:22:21: 'select' needs the validation blocks of a training in this pipeline; "
        + "give a 'threshold'")
  }

  @Test("Cleaned maps and their polygons agree with the summary, and a rerun gives the same bytes")
  func pipeline() throws {
    let test = try TestPipeline()
    let stages = Self.stages("{select: iou, minimum_hectares: 0.1, fill_holes_pixels: 20}")
    let summary = try test.run(try test.file(stages))
    let scene = try #require(summary.scenes.first)
    let cleaning = try #require(scene.cleaning)
    let threshold = try #require(cleaning.threshold)
    #expect(cleaning.choice == "best IoU" && cleaning.connectedness == 4)
    // pixels of 100 m²
    #expect(cleaning.leastPixels == 10 && cleaning.filledPixels == 20)
    let map = try Raster(path: test.folder.file("out/fire_classes.tif"))
    let text = "probability of the second class at least \(threshold)"
    #expect(map.metadata()["RSPIPE_CLASS_RULE"] == text && cleaning.rule == text)
    #expect(
      map.metadata()["RSPIPE_CLEANING"]
        == "patches of at least 10 pixels, holes of up to 20 pixels filled, 4 neighbours; "
        + "threshold by best IoU")
    let classes = try map.readBytes(map.grid.window)
    let shares = try Raster(path: test.folder.file("out/fire_probability.tif"))
      .read(map.grid.window, bands: [1])
    let changed = zip(classes, shares).count {
      !$1.isNaN && ($0 == 1) != (Double($1) >= threshold)
    }
    #expect(changed == cleaning.changedPixels)
    #expect(classes.count { $0 == 255 } == TestPipeline.holeCount)
    #expect(scene.classes.map(\.pixels) == [classes.count { $0 == 0 }, classes.count { $0 == 1 }])

    let rows = try Self.rows(test.folder.file("out/fire_polygons.gpkg"))
    #expect(rows.count == scene.polygons && !rows.isEmpty)
    #expect(rows.allSatisfy { $0["class"] == "burned" && $0["code"] == "1" && $0["value"] == "1" })
    #expect(Self.sum(rows, "pixels") == Double(scene.classes[1].pixels))
    #expect(abs(Self.sum(rows, "hectares") - (scene.classes[1].hectares ?? 0)) < 1e-9)
    let burned = zip(classes, shares).filter { $0.0 == 1 }.map { Double($0.1) }
    let total = rows.reduce(0.0) {
      $0 + Self.number($1, "pixels") * Self.number($1, "mean_probability")
    }
    #expect(abs(total - burned.reduce(0, +)) < 1e-6)
    // texts of real numbers have 15 digits
    let greatest = try #require(rows.map { Self.number($0, "maximum_probability") }.max())
    #expect(abs(greatest - (burned.max() ?? 0)) < 1e-12)
    #expect(summary.files.contains(test.folder.file("out/fire_polygons.gpkg")))

    let names = ["fire_classes.tif", "fire_polygons.gpkg"]
    let before = try names.map { try test.digest("out/\($0)") }
    try test.run(try test.file(stages))
    #expect(try names.map { try test.digest("out/\($0)") } == before)
    #expect(
      try test.folder.names("out/.rspipe/clean") == ["fire.json", "fire.tif", "threshold.json"])
    #expect(try test.folder.names("out/.rspipe/polygons").isEmpty)
  }

  @Test("A least recall is reached on the validation blocks, by the highest threshold that does")
  func leastRecall() throws {
    let test = try TestPipeline()
    var thresholds: [Double] = []
    for least in [0.5, 1] {
      let stages = Self.stages("{select: recall, least_recall: \(least)}")
      let summary = try test.run(try test.file(stages, output: "out\(least)"))
      let cleaning = try #require(summary.scenes.first?.cleaning)
      let threshold = try #require(cleaning.threshold)
      thresholds.append(threshold)
      let probability = try Raster(path: test.folder.file("out\(least)/fire_probability.tif"))
      let split = try JSONDecoder().decode(
        BlockSplit.self,
        from: Data(test.folder.bytes("out\(least)/.rspipe/train/fire_blocks.json")))
      let labels = try Raster(path: test.folder.file("label.tif"))
      var burned: [Double] = []
      for block in split.blocks(.validate) {
        let shares = try probability.read(block, bands: [1])
        let codes = try labels.readClasses(block, band: 1)
        burned += zip(shares, codes).filter { $1 == 1 && !$0.isNaN }.map { Double($0.0) }
      }
      #expect(!burned.isEmpty)
      func recall(_ threshold: Double) -> Double {
        Double(burned.count { $0 >= threshold }) / Double(burned.count)
      }
      #expect(recall(threshold) >= least)
      // thresholds are tried in steps; a few steps higher it is no longer reached
      #expect(recall(threshold + 0.01) < least || threshold > 0.98)
    }
    #expect(thresholds[0] >= thresholds[1])
  }

  @Test("A given threshold alone changes nothing but the rule; in degrees polygons add up too")
  func givenThreshold() throws {
    let test = try TestPipeline(crs: "EPSG:4326", geotransform: [-120, 1e-4, 0, 38, 0, -1e-4])
    let plain = TestPipeline.allStages.replacing("- write", with: "- write: {threshold: 0.3}")
    try test.run(try test.file(plain, output: "plain"))
    let summary = try test.run(
      try test.file(Self.stages("{threshold: 0.3}", "- polygons: {classes: [unburned, burned]}")))
    let scene = try #require(summary.scenes.first)
    #expect(scene.cleaning?.changedPixels == 0)
    let maps = try ["plain", "out"].map { name in
      let map = try Raster(path: test.folder.file("\(name)/fire_classes.tif"))
      return try map.readBytes(map.grid.window)
    }
    #expect(maps[0] == maps[1])
    let rows = try Self.rows(test.folder.file("out/fire_polygons.gpkg"))
    for item in scene.classes {
      let own = rows.filter { $0["class"] == item.name }
      #expect(Self.sum(own, "pixels") == Double(item.pixels))
      #expect(abs(Self.sum(own, "hectares") - (item.hectares ?? 0)) < 1e-9)
    }
  }

  private static func number(_ row: [String: String], _ key: String) -> Double {
    Double(row[key] ?? "") ?? .nan
  }

  private static func sum(_ rows: [[String: String]], _ key: String) -> Double {
    rows.reduce(0) { $0 + number($1, key) }
  }

  /// The columns of the first layer; every geometry must be valid.
  private static func rows(_ path: String) throws -> [[String: String]] {
    let handle = try #require(
      GDALOpenEx(path, UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY), nil, nil, nil))
    defer { GDALClose(handle) }
    let layer = try #require(GDALDatasetGetLayerByName(handle, "p"))
    var rows: [[String: String]] = []
    while let feature = OGR_L_GetNextFeature(layer) {
      defer { OGR_F_Destroy(feature) }
      #expect(OGR_G_IsValid(OGR_F_GetGeometryRef(feature)) != 0)
      var row: [String: String] = [:]
      for index in 0..<OGR_F_GetFieldCount(feature) {
        let name = OGR_Fld_GetNameRef(OGR_F_GetFieldDefnRef(feature, index))
        if let name {
          row[String(cString: name)] = String(cString: OGR_F_GetFieldAsString(feature, index))
        }
      }
      rows.append(row)
    }
    return rows
  }
}
