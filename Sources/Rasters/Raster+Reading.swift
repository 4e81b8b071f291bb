import CGDAL

extension Raster {
  /// Reads a window of several bands, planar: band after band, row after row.
  ///
  /// The value is `sample · scale + offset`, or NaN where the pixel was not observed: nodata, a
  /// mask, opacity 0 (in any band marked as alpha, except where the alpha band itself is read),
  /// NaN or infinity.
  ///
  /// - Parameters:
  ///   - window: must lie within the raster.
  ///   - bands: band numbers from 1, in the order wanted.
  ///   - destination: `bands.count · window.pixelCount` samples, all of which are written.
  ///   - scales: overrides for each band; nil takes the file's scale and offset.
  /// - Throws: `RasterError` if a band is missing or of complex type, the window reaches beyond
  ///   the raster, or GDAL cannot read.
  public func read(
    _ window: Window, bands numbers: [Int], into destination: UnsafeMutableBufferPointer<Float>,
    scales: [BandScale]? = nil
  ) throws {
    let needed = numbers.count * window.pixelCount
    precondition(destination.count >= needed, "\(destination.count) samples of \(needed)")
    guard needed > 0, let out = destination.baseAddress else { return }
    try read(
      window, bands: numbers, into: out, stride: window.width, plane: window.pixelCount,
      scales: scales)
  }

  /// Reads a window of several bands into an array, planar.
  public func read(_ window: Window, bands numbers: [Int], scales: [BandScale]? = nil) throws
    -> [Float]
  {
    try [Float](unsafeUninitializedCapacity: numbers.count * window.pixelCount) { buffer, count in
      try read(window, bands: numbers, into: buffer, scales: scales)
      count = numbers.count * window.pixelCount
    }
  }

  /// Reads with the distances between rows and between bands given in samples.
  func read(
    _ window: Window, bands numbers: [Int], into out: UnsafeMutablePointer<Float>, stride: Int,
    plane: Int, scales: [BandScale]?
  ) throws {
    precondition(scales.map { $0.count == numbers.count } ?? true, "one scale for each band")
    let chosen = try check(window, numbers)
    var start = 0
    while start < chosen.count {
      // Neighbours of one type are read in one call.
      let type = chosen[start].format.type
      let run = chosen[start...].prefix { $0.format.type == type }
      try decode(window, Array(run), into: out + start * plane, stride: stride, plane: plane)
      start += run.count
    }
    try applyMasks(window, chosen, to: out, stride: stride, plane: plane)
    for (index, band) in chosen.enumerated() {
      (scales?[index] ?? .ofFile).apply(
        to: out + index * plane, width: window.width, height: window.height, stride: stride,
        of: band)
    }
  }

  /// The bands of the numbers, or why they or the window cannot be read.
  func check(_ window: Window, _ numbers: [Int]) throws -> [BandInfo] {
    let action = "read \(window) of bands \(numbers)"
    guard grid.window.contains(window) else {
      throw RasterError(
        message: "the raster has only \(grid.width) × \(grid.height) pixels", path: path,
        action: action)
    }
    return try numbers.map { number in
      guard bands.indices.contains(number - 1) else {
        throw RasterError(
          message: "the raster has bands 1 to \(bands.count)", path: path, action: action)
      }
      let band = bands[number - 1]
      guard !band.format.isComplex else {
        throw RasterError(
          message: "band \(number) holds complex numbers (\(band.typeName)); "
            + "convert it to amplitude or intensity first", path: path, action: action)
      }
      guard band.size == (grid.width, grid.height) else {
        throw RasterError(
          message: "band \(number) has \(band.size.width) × \(band.size.height) pixels, the raster "
            + "\(grid.width) × \(grid.height)", path: path, action: action)
      }
      return band
    }
  }

  /// Reads bands of one type and turns them into numbers.
  private func decode(
    _ window: Window, _ chosen: [BandInfo], into out: UnsafeMutablePointer<Float>, stride: Int,
    plane: Int
  ) throws {
    guard let first = chosen.first else { return }
    let bytes = first.format.bytes
    let numbers = chosen.map(\.number)
    if first.format.type == GDT_Float32 {
      try dataset.read(
        window, bands: numbers, into: out, type: GDT_Float32, lineBytes: stride * 4,
        planeBytes: plane * 4)
      for (index, band) in chosen.enumerated() {
        for row in 0..<window.height {
          let line = out + index * plane + row * stride
          band.format.decode(line, count: window.width, into: line)
        }
      }
      return
    }
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: chosen.count * window.pixelCount * bytes, alignment: 16)
    defer { raw.deallocate() }
    try dataset.read(
      window, bands: numbers, into: raw, type: first.format.type,
      lineBytes: window.width * bytes, planeBytes: window.pixelCount * bytes)
    for (index, band) in chosen.enumerated() {
      for row in 0..<window.height {
        band.format.decode(
          raw + (index * window.pixelCount + row * window.width) * bytes, count: window.width,
          into: out + index * plane + row * stride)
      }
    }
  }

  private func applyMasks(
    _ window: Window, _ chosen: [BandInfo], to out: UnsafeMutablePointer<Float>, stride: Int,
    plane: Int
  ) throws {
    var seen: [BandInfo.MaskSource: [Bool]] = [:]
    for (index, band) in chosen.enumerated() {
      for source in masks(of: band) {
        let observed = try seen[source] ?? readMask(source, window)
        seen[source] = observed
        for row in 0..<window.height {
          let line = out + index * plane + row * stride
          for column in 0..<window.width where !observed[row * window.width + column] {
            line[column] = .nan
          }
        }
      }
    }
  }

  /// All that may say that pixels of a band were not observed, apart from the band's samples.
  func masks(of band: BandInfo) -> [BandInfo.MaskSource] {
    var sources: [BandInfo.MaskSource] = []
    if let mask = band.mask { sources.append(mask) }
    if let alpha = bands.first(where: \.isAlpha), alpha.number != band.number, !band.isAlpha {
      sources.append(.alpha(alpha.number))
    }
    return sources
  }

  /// Whether each pixel of a window is valid by one mask.
  func readMask(_ source: BandInfo.MaskSource, _ window: Window) throws -> [Bool] {
    switch source {
    case .alpha(let number):
      var opacity = [Float](repeating: 0, count: window.pixelCount)
      try dataset.read(
        window, bands: [number], into: &opacity, type: GDT_Float32, lineBytes: window.width * 4,
        planeBytes: window.pixelCount * 4)
      return opacity.map { $0 != 0 && !$0.isNaN }
    case .dataset: return try readMaskBand(of: 1, window)
    case .band(let number): return try readMaskBand(of: number, window)
    }
  }

  private func readMaskBand(of number: Int, _ window: Window) throws -> [Bool] {
    var mask = [UInt8](repeating: 0, count: window.pixelCount)
    try gdal("read \(window) of the mask of band \(number)", path: path) {
      try dataset.use { handle in
        let band = GDALGetMaskBand(try require(GDALGetRasterBand(handle, Int32(number))))
        try require(
          GDALRasterIO(
            try require(band), GF_Read, Int32(window.x), Int32(window.y), Int32(window.width),
            Int32(window.height), &mask, Int32(window.width), Int32(window.height), GDT_Byte, 0, 0))
      }
    }
    return mask.map { $0 != 0 }
  }
}
