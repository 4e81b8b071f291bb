import CGDAL
import Foundation

@testable import Rasters

/// A folder of one test, removed when the test is over.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "rasters-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }
}

/// A tiny GeoTIFF made straight with GDAL, with all that can be wrong with one.
struct TestRaster {
  var width = 4
  var height = 3
  var type = GDT_Float32
  var geotransform: [Double]? = [500_000, 10, 0, 4_000_000, 0, -10]
  var crs = "EPSG:32610"
  var nodata: Double?
  var scale: Double?
  var offset: Double?
  var names: [String] = []
  var alphaBand: Int?
  var options: [String] = []
  var metadata: [String: String] = [:]
  var bandMetadata: [String: String] = [:]
  /// One byte a pixel, 0 where masked.
  var mask: [UInt8]?
  var maskIsInternal = false

  /// Writes bands given as planes of numbers.
  func write(_ path: String, _ planes: [[Double]]) throws {
    try gdal("make a test raster", path: path) {
      if mask != nil {
        CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", maskIsInternal ? "YES" : "NO")
      }
      defer { CPLSetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", nil) }
      let handle = try withCSL(options) {
        try require(
          GDALCreate(
            GDALGetDriverByName("GTiff"), path, Int32(width), Int32(height), Int32(planes.count),
            type, $0))
      }
      defer { GDALClose(handle) }
      if var transform = geotransform { try require(GDALSetGeoTransform(handle, &transform)) }
      if !crs.isEmpty {
        try require(GDALSetProjection(handle, try SpatialReference(parsing: crs).wkt))
      }
      for (key, value) in metadata { try require(GDALSetMetadataItem(handle, key, value, nil)) }
      for (index, plane) in planes.enumerated() {
        let band = try require(GDALGetRasterBand(handle, Int32(index + 1)))
        for (key, value) in bandMetadata { try require(GDALSetMetadataItem(band, key, value, nil)) }
        if let nodata { try require(GDALSetRasterNoDataValue(band, nodata)) }
        if let scale { try require(GDALSetRasterScale(band, scale)) }
        if let offset { try require(GDALSetRasterOffset(band, offset)) }
        if names.indices.contains(index) { GDALSetDescription(band, names[index]) }
        if alphaBand == index + 1 {
          try require(GDALSetRasterColorInterpretation(band, GCI_AlphaBand))
        }
        var samples = plane
        try require(
          GDALRasterIO(
            band, GF_Write, 0, 0, Int32(width), Int32(height), &samples, Int32(width),
            Int32(height), GDT_Float64, 0, 0))
      }
      if var mask {
        try require(GDALCreateDatasetMaskBand(handle, GMF_PER_DATASET))
        try require(
          GDALRasterIO(
            GDALGetMaskBand(GDALGetRasterBand(handle, 1)), GF_Write, 0, 0, Int32(width),
            Int32(height), &mask, Int32(width), Int32(height), GDT_Byte, 0, 0))
      }
    }
  }

  /// Planes of a function of the place of each pixel's centre in map coordinates.
  func plane(_ value: (Double, Double) -> Double) throws -> [Double] {
    let grid = try Grid(
      width: width, height: height, geotransform: geotransform ?? Grid.noGeotransform, crs: "")
    return (0..<(width * height)).map {
      let place = grid.mapCoordinates(
        column: Double($0 % width) + 0.5, row: Double($0 / width) + 0.5)
      return value(place.x, place.y)
    }
  }
}

/// The whole numbers from 1, one a pixel.
func counting(_ count: Int) -> [Double] { (1...count).map(Double.init) }

/// NaN as nil, so that arrays can be compared.
func seen(_ samples: [Float]) -> [Float?] { samples.map { $0.isNaN ? nil : $0 } }

/// What an error says, or that there was none.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch {
    return "\(error)"
  }
}
