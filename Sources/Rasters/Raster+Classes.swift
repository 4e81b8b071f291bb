import CGDAL

extension Raster {
  /// Reads a window of a label band: whole numbers as stored, nil where not observed.
  ///
  /// Scale and offset are not applied.
  ///
  /// - Throws: `RasterError` if a label isn't a whole number of 32 bits, naming the pixel.
  public func readClasses(_ window: Window, band number: Int) throws -> [Int32?] {
    let band = try check(window, [number])[0]
    guard window.pixelCount > 0 else { return [] }
    let bytes = band.format.bytes
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: window.pixelCount * bytes, alignment: 16)
    defer { raw.deallocate() }
    try dataset.read(
      window, bands: [number], into: raw, type: band.format.type,
      lineBytes: window.width * bytes, planeBytes: window.pixelCount * bytes)
    var values = [Double](repeating: .nan, count: window.pixelCount)
    values.withUnsafeMutableBufferPointer {
      guard let out = $0.baseAddress else { return }
      band.format.decode(raw, count: window.pixelCount, into: out)
    }
    for source in masks(of: band) {
      let observed = try readMask(source, window)
      for index in values.indices where !observed[index] { values[index] = .nan }
    }
    return try Raster.classes(from: values, window, path: path, band: number)
  }

  /// Labels from numbers of which NaN means "not observed".
  static func classes(from values: [Double], _ window: Window, path: String, band: Int) throws
    -> [Int32?]
  {
    var labels = [Int32?](repeating: nil, count: values.count)
    for (index, value) in values.enumerated() where !value.isNaN {
      guard let label = Int32(exactly: value) else {
        let column = window.x + index % window.width
        let row = window.y + index / window.width
        throw RasterError(
          message: "the pixel at column \(column), row \(row) holds \(value); "
            + "labels are whole numbers of at most 32 bits",
          path: path, action: "read band \(band) as classes")
      }
      labels[index] = label
    }
    return labels
  }
}
