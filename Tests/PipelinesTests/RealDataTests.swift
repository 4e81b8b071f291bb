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

  @Test("Every odd file opens or is refused in one line")
  func hard() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(data)/hard")
      .filter { !$0.hasSuffix(".md") && !$0.hasSuffix(".msk") }.sorted()
    #expect(names.count > 30)
    var (opened, refused) = (0, 0)
    for name in names {
      let path = "\(data)/hard/\(name)"
      do {
        let scene = try AlignedScene(
          rasters: ["x": SceneRaster(path: path)], order: ["x"], bands: ["1"], gridImage: "x",
          resampling: .nearest)
        let reader = try SceneReader(scene, channels: ChannelSet(bands: scene.bandNames))
        let corner = Window(x: 0, y: 0, width: 64, height: 64)
        var planes: [Float] = []
        try reader.read(corner, into: &planes)
        #expect(planes.count == 4096 && planes.allSatisfy { $0.isNaN || $0.isFinite })
        opened += 1
      } catch {
        let text = "\(error)"
        #expect(text.hasPrefix(path) && !text.contains("\n"), "\(name): \(text)")
        print("refused: \(text.replacingOccurrences(of: data + "/", with: ""))")
        refused += 1
      }
    }
    print("hard: \(opened) opened, \(refused) refused")
    #expect(opened > 20)
  }
}
