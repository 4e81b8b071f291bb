import Foundation
import Rasters

/// A folder of one test, removed when the test is over.
final class TestFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "pipelines-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ text: String, as name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: file(name), withIntermediateDirectories: true)
  }

  /// The files and folders in a folder, hidden ones included.
  func names(_ name: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: file(name)).sorted()
  }

  /// A message without the path of this folder.
  func shortened(_ message: String) -> String {
    message.replacingOccurrences(of: path + "/", with: "")
  }

  /// What an error says, without the path of this folder, or that there was none.
  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return shortened("\(error)")
    }
  }
}

/// The place of a tiny raster: pixels of 10 m in UTM zone 10 unless said otherwise.
struct TestGrid {
  var width: Int
  var height: Int
  var geotransform: [Double] = [500_000, 10, 0, 4_000_000, 0, -10]
  var crs = "EPSG:32610"

  func grid() throws -> Grid {
    try Grid(width: width, height: height, geotransform: geotransform, crs: crs)
  }

  /// Writes bands of real numbers; NaN is nodata.
  func write(
    _ path: String, bands: [String], _ value: (_ band: Int, _ x: Int, _ y: Int) -> Float
  ) throws {
    try write(path, type: .float32, bands: bands, nodata: nil, value)
  }

  /// Writes bands of 16-bit numbers.
  func writeNumbers(
    _ path: String, bands: [String], nodata: Double? = nil,
    _ value: (_ band: Int, _ x: Int, _ y: Int) -> UInt16
  ) throws {
    try write(path, type: .uint16, bands: bands, nodata: nodata, value)
  }

  /// Writes labels of which `nodata` says nothing.
  func writeLabels(
    _ path: String, nodata: Double = 255, _ value: (_ x: Int, _ y: Int) -> UInt8
  ) throws {
    try write(path, type: .byte, bands: ["label"], nodata: nodata) { value($1, $2) }
  }

  private func write<Sample: RasterSample>(
    _ path: String, type: SampleType, bands: [String], nodata: Double?,
    _ value: (Int, Int, Int) -> Sample
  ) throws {
    var description = RasterDescription(
      grid: try grid(), type: type, bands: bands, nodata: nodata)
    description.layout = .tiled
    let writer = try RasterWriter(path: path, description: description)
    for band in bands.indices {
      let plane = (0..<width * height).map { value(band, $0 % width, $0 / width) }
      try writer.write(try grid().window, band: band + 1, plane)
    }
    try writer.finish()
  }
}

/// NaN as nil, so that arrays can be compared.
func seen(_ samples: [Float]) -> [Float?] { samples.map { $0.isNaN ? nil : $0 } }

/// A number that looks random and follows from its arguments alone, 0 ..< 1.
func hashed(_ a: Int, _ b: Int, _ c: Int) -> Float {
  var word = UInt64(truncatingIfNeeded: a &* 73_856_093 ^ b &* 19_349_663 ^ c &* 83_492_791)
  word = (word ^ (word >> 31)) &* 0x7fb5_d329_728e_a185
  word = (word ^ (word >> 27)) &* 0x81da_def4_bc2d_d44d
  return Float((word ^ (word >> 33)) >> 40) / Float(1 << 24)
}
