import CGDAL

/// A small picture for a report.
public struct PNGImage: Sendable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// Red, green, blue and opacity of each pixel, row after row.
  public var pixels: [UInt8]

  /// A transparent picture.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: 4 * width * height)
  }

  /// Paints one pixel.
  public mutating func set(_ index: Int, _ colour: Colour) {
    pixels.replaceSubrange(
      4 * index..<4 * index + 4, with: [colour.red, colour.green, colour.blue, colour.alpha])
  }

  /// The bytes of a PNG file.
  ///
  /// - Throws: `RasterError` if GDAL cannot make it.
  public func encoded() throws -> [UInt8] {
    let path = "/vsimem/quicklook-\(UInt64.random(in: 0 ... .max)).png"
    defer { VSIUnlink(path) }
    try gdal("make a picture", path: path) {
      let memory = try require(
        GDALCreate(
          GDALGetDriverByName("MEM"), "", Int32(width), Int32(height), 4, GDT_Byte, nil))
      defer { GDALClose(memory) }
      var bytes = pixels
      var bands: [Int32] = [1, 2, 3, 4]
      try require(
        GDALDatasetRasterIO(
          memory, GF_Write, 0, 0, Int32(width), Int32(height), &bytes, Int32(width),
          Int32(height), GDT_Byte, 4, &bands, 4, Int32(4 * width), 1))
      GDALSetRasterColorInterpretation(GDALGetRasterBand(memory, 4), GCI_AlphaBand)
      let copy = try require(
        GDALCreateCopy(GDALGetDriverByName("PNG"), path, memory, 0, nil, nil, nil))
      GDALClose(copy)
    }
    var length: vsi_l_offset = 0
    guard let buffer = VSIGetMemFileBuffer(path, &length, 0) else { return [] }
    return [UInt8](UnsafeBufferPointer(start: buffer, count: Int(length)))
  }
}
