import CGDAL
import Foundation
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// Real rasters, where `RSPIPE_DATA` names their folder.
@Suite(.enabled(if: RealData.path != nil, "set RSPIPE_DATA to the folder of real rasters"))
struct RealDataTests {
  private let data = RealData.path ?? ""
  private static let bands = ["blue", "green", "red", "nir", "swir1", "swir2"]

  private func scene(
    _ before: SceneRaster, _ after: SceneRaster, grid: String = "post"
  ) throws -> AlignedScene {
    try AlignedScene(
      rasters: ["pre": before, "post": after], order: ["pre", "post"], bands: Self.bands,
      gridImage: grid, resampling: .bilinear)
  }

  /// What the pipeline file says of a raster.
  private func raster(_ path: String, _ more: String) throws -> SceneRaster {
    let folder = try TestFolder()
    try folder.write(
      """
      scenes: {name: a, x: {path: \(path), bands: [blue, green, red, nir, swir1, swir2]\(more)}}
      classes: [{name: a}, {name: b}]
      stages: [align: {rasters: x}]
      """, as: "p.yaml")
    return try #require(PipelineFile(path: folder.file("p.yaml")).scenes[0].rasters["x"])
  }

  /// Numbers of a band as GDAL itself gives them.
  private func plane(_ path: String, band: Int) throws -> [Double] {
    let handle = try #require(GDALOpen(path, GA_ReadOnly))
    defer { GDALClose(handle) }
    let (width, height) = (GDALGetRasterXSize(handle), GDALGetRasterYSize(handle))
    var values = [Double](repeating: 0, count: Int(width) * Int(height))
    let status = GDALRasterIO(
      GDALGetRasterBand(handle, Int32(band)), GF_Read, 0, 0, width, height, &values, width, height,
      GDT_Float64, 0, 0)
    #expect(status == CE_None)
    return values
  }

  @Test(
    "Pixels not observed are those that lack one band in GDAL",
    arguments: ["gladiator_2012", "waldo_canyon_2012"])
  func notObserved(_ fire: String) throws {
    let paths = ["before", "after"].map { "\(data)/burned/\(fire)/\(fire)_\($0).tif" }
    let scene = try scene(raster(paths[0], ""), raster(paths[1], ""))
    let reader = try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
    var planes: [Float] = []
    try reader.read(reader.grid.window, into: &planes)
    let count = reader.grid.window.pixelCount
    var isMissing = [Bool](repeating: false, count: count)
    for path in paths {
      for band in 1...6 {
        for (pixel, value) in try plane(path, band: band).enumerated() where value == -9999 {
          isMissing[pixel] = true
        }
      }
    }
    let missing = isMissing.count { $0 }
    #expect(missing > 0 && missing < count)
    #expect((0..<count).allSatisfy { planes[$0].isNaN == isMissing[$0] })
    print("\(fire): \(missing) of \(count) pixels are not observed")
  }

  @Test(
    "The original numbers, scaled, are those of the mosaics",
    arguments: [
      ("wal_2649", "waldo_canyon_2012"), ("cs_840", "coal_seam_2002"), ("top_3661", "topanga_2005"),
    ])
  func verbatim(_ basin: String, _ fire: String) throws {
    for time in ["before", "after"] {
      let original = try raster(
        "\(data)/burned/verbatim_basins/\(basin)_\(time).tif", ", scale: 2.75e-5, offset: -0.2")
      let mosaic = try raster("\(data)/burned/\(fire)/\(fire)_\(time).tif", ", scale: 1e-4")
      // the original on its own grid, and the mosaic seen from there
      let scene = try scene(mosaic, original)
      let bands = try scene.open()
      let read = try bands.read(bands.grid.window)
      let count = 6 * bands.grid.window.pixelCount
      var (compared, differing) = (0, 0)
      for index in 0..<count where !read[index].isNaN && !read[count + index].isNaN {
        compared += 1
        // the mosaic was rounded to 1e-4
        if abs(read[index] - read[count + index]) > 0.51e-4 { differing += 1 }
      }
      #expect(compared > count / 2)
      #expect(differing == 0, "\(differing) of \(compared)")
    }
  }

  @Test("The original files and their elevation models go through the shipped pipeline")
  func pipeline() throws {
    let test = try TestFolder()
    let names = ["cs_840", "gap_1465", "top_3661", "wal_2649"]
    let scenes = names.map { name in
      let image = "bands: [\(Self.bands.joined(separator: ", "))], scale: 2.75e-5, offset: -0.2"
      let path = "\(data)/burned/verbatim_basins/\(name)"
      return "{name: \(name), role: [train, map], pre: {path: \(path)_before.tif, \(image)}, "
        + "post: {path: \(path)_after.tif, \(image)}, dem: \(path)_dem.tif}"
    }
    let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("pipelines/burned_area_weak.yaml").path
    let pipeline = try PipelineFile(
      path: shipped,
      changes: [
        "output=\(test.file("out"))", "scenes=[\(scenes.joined(separator: ", "))]",
        "align.layers=[dem]", "train.model={name: unet, base: 4, depth: 2}", "train.epochs=1",
        "train.steps=4", "train.window=32", "train.block=32", "train.buffer=4",
      ])
    let summary = try Runner(pipeline, options: RunOptions(threads: 1))
      .run(observer: SilentObserver())
    for (name, result) in zip(names, summary.scenes) {
      // observed is where the elevation model is, which covers the catchment only
      let dem = try AlignedScene(
        rasters: [
          "post": SceneRaster(path: "\(data)/burned/verbatim_basins/\(name)_after.tif"),
          "dem": SceneRaster(path: "\(data)/burned/verbatim_basins/\(name)_dem.tif"),
        ], order: [], bands: [], layers: ["dem"], gridImage: "post", resampling: .bilinear)
      let map = try Raster(path: test.file("out/\(name)_classes.tif"))
      let elevations = try dem.open().read(map.grid.window)
      let classes = try map.readClasses(map.grid.window, band: 1)
      #expect(zip(classes, elevations).allSatisfy { $0 == nil || !$1.isNaN }, "\(name)")
      let observed = classes.count { $0 != nil }
      // stripes, saturation and snow (half of cs_840 before the fire) are hidden besides
      #expect(observed > elevations.count { !$0.isNaN } / 3, "\(name)")
      #expect(result.classes.map(\.pixels).reduce(0, +) == observed)
    }
  }
}
