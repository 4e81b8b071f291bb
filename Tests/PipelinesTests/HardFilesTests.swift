import CGDAL
import Foundation
import Rasters
import TestSupport
import Testing

@testable import Pipelines

/// Odd rasters, where `RSPIPE_DATA` names the folder of real ones.
@Suite(.enabled(if: RealData.path != nil, "set RSPIPE_DATA to the folder of real rasters"))
struct HardFilesTests {
  private static let folder = (RealData.path ?? "") + "/hard"
  private static let files =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { !$0.hasSuffix(".md") && !$0.hasSuffix(".msk") && !$0.hasSuffix(".xml") }.sorted()

  /// What GDAL itself reads of a band: scaled, and NaN where its mask says so.
  private static func expected(_ path: String, band number: Int32) throws -> [Float] {
    let handle = try #require(GDALOpen(path, GA_ReadOnly))
    defer { GDALClose(handle) }
    let (width, height) = (GDALGetRasterXSize(handle), GDALGetRasterYSize(handle))
    let band = GDALGetRasterBand(handle, number)
    let count = Int(width) * Int(height)
    var values = [Double](repeating: 0, count: count)
    var mask = [UInt8](repeating: 0, count: count)
    let statuses = [
      GDALRasterIO(band, GF_Read, 0, 0, width, height, &values, width, height, GDT_Float64, 0, 0),
      GDALRasterIO(
        GDALGetMaskBand(band), GF_Read, 0, 0, width, height, &mask, width, height, GDT_Byte, 0, 0),
    ]
    #expect(statuses == [CE_None, CE_None])
    let (scale, offset) = (GDALGetRasterScale(band, nil), GDALGetRasterOffset(band, nil))
    // GDAL before 3.7 gives signed bytes as unsigned ones, and says so
    let pixelType = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE")
    let isSigned = pixelType.map { String(cString: $0) } == "SIGNEDBYTE"
    return zip(values, mask).map { value, mask in
      let value = isSigned && value > 127 ? value - 256 : value
      let number = Float(value * scale + offset)
      return mask == 0 || !number.isFinite ? .nan : number
    }
  }

  @Test("Every odd file goes through a pipeline as GDAL reads it, or is refused in one line")
  func hard() throws {
    #expect(Self.files.count > 30)
    var (same, refused) = (0, 0)
    for name in Self.files {
      let folder = try TestFolder()
      let path = "\(Self.folder)/\(name)"
      try folder.write(
        """
        output: \(folder.file("out"))
        scenes: {name: odd, x: \(path)}
        classes: [{name: a}, {name: b}]
        stages:
          - align: {rasters: x, bands: ["1"]}
          - indices: {channels: [], rasters: [x.1]}
        """, as: "p.yaml")
      do {
        let pipeline = try PipelineFile(path: folder.file("p.yaml"))
        _ = try Runner(pipeline, options: RunOptions(threads: 1)).run(observer: SilentObserver())
      } catch {
        let text = "\(error)"
        #expect(text.contains(path) && !text.contains("\n"), "\(name): \(text)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("out/odd_x.1.tif")))
        print("refused: \(text.replacingOccurrences(of: Self.folder + "/", with: ""))")
        refused += 1
        continue
      }
      let output = try Raster(path: folder.file("out/odd_x.1.tif"))
      let found = try output.read(output.grid.window, bands: [1])
      let expected = try Self.expected(path, band: 1)
      #expect(found.count == expected.count, "\(name)")
      // a scaled number may be rounded once more
      let differing = zip(found, expected).count { a, b in
        a.isNaN != b.isNaN || abs(a - b) > 1e-6 * abs(b)
      }
      #expect(differing == 0, "\(name): \(differing) of \(expected.count) pixels")
      same += 1
    }
    print("hard: \(same) as GDAL reads them, \(refused) refused")
    #expect(same > 20)
  }
}
