import CGDAL

/// A raster dataset opened for reading.
///
/// Belongs to one thread at a time; open the file once for each thread that reads it.
public final class Raster {
  /// The path or GDAL name it was opened by.
  public let path: String
  /// GDAL's short name of the format.
  public let driver: String
  /// Where the pixels lie.
  public let grid: Grid
  /// The bands in order.
  public let bands: [BandInfo]
  /// The number of ground control points; they place the pixels where `grid` cannot.
  public let controlPointCount: Int
  /// What GDAL warned of when opening.
  public let warnings: [String]
  let dataset: Dataset

  /// Opens a raster.
  ///
  /// - Parameters:
  ///   - path: a file, or a GDAL name such as `/vsizip/a.zip/b.tif`.
  ///   - nodata: the value that means not observed in every band, where the file doesn't say or
  ///     says it wrongly.
  ///   - policy: which drivers may open it.
  /// - Throws: `RasterError` if it is missing, isn't a raster or has no bands.
  public init(path: String, nodata: Double? = nil, policy: DriverPolicy = .standard) throws {
    var opened: [String] = []
    var dataset = try policy.open(path) { opened = $0 }
    if let nodata { dataset = try Raster.view(of: dataset, path: path, nodata: nodata) }
    self.path = path
    self.dataset = dataset
    warnings = opened
    let action = "open the raster"
    let count = dataset.use { Int(GDALGetRasterCount($0)) }
    guard count > 0 else { throw Raster.noBands(dataset) }
    (driver, bands, controlPointCount) = try gdal(action, path: path) {
      try dataset.use { handle in
        let driver = GDALGetDriverShortName(GDALGetDatasetDriver(handle))
        return (
          driver.map { String(cString: $0) } ?? "",
          try (1...count).map { try BandInfo(number: $0, of: handle) },
          Int(GDALGetGCPCount(handle))
        )
      }
    }
    do {
      grid = try Raster.grid(of: dataset)
    } catch let error as RasterError {
      throw RasterError(
        code: error.code, message: "cannot \(error.action): \(error.message)", path: path,
        action: action)
    }
  }

  /// A virtual dataset whose bands have another nodata value.
  private static func view(of dataset: Dataset, path: String, nodata: Double) throws -> Dataset {
    try gdal("set its nodata value", path: path) {
      let options = try withCSL(["-of", "VRT", "-a_nodata", "\(nodata)"]) {
        try require(GDALTranslateOptionsNew($0, nil))
      }
      defer { GDALTranslateOptionsFree(options) }
      let handle = dataset.use { source in
        var usage: Int32 = 0
        return GDALTranslate("", source, options, &usage)
      }
      return Dataset(adopting: try require(handle), path: path, source: dataset)
    }
  }

  /// The size of the stored blocks of a band; reading whole blocks is cheapest.
  public var blockSize: (width: Int, height: Int) {
    dataset.use {
      var (width, height): (Int32, Int32) = (0, 0)
      GDALGetBlockSize(GDALGetRasterBand($0, 1), &width, &height)
      return (Int(width), Int(height))
    }
  }

  /// The metadata items of a domain: `""` is the default one.
  public func metadata(domain: String = "") -> [String: String] {
    metadata(of: 0, domain: domain)
  }

  /// The metadata items of a band.
  public func metadata(band: Int, domain: String = "") -> [String: String] {
    precondition(bands.indices.contains(band - 1), "\(path) has no band \(band)")
    return metadata(of: band, domain: domain)
  }

  /// The palette of a band; nil if it has none.
  public func colourTable(band: Int) -> [ColourEntry]? {
    withBand(band) { handle in
      guard let table = GDALGetRasterColorTable(handle) else { return nil }
      return (0..<GDALGetColorEntryCount(table)).map { index in
        var entry = GDALColorEntry()
        GDALGetColorEntryAsRGB(table, index, &entry)
        return ColourEntry(
          value: Int(index),
          colour: Colour(
            red: UInt8(clamping: entry.c1), green: UInt8(clamping: entry.c2),
            blue: UInt8(clamping: entry.c3), alpha: UInt8(clamping: entry.c4)))
      }
    }
  }

  /// The names of the values 0, 1, … of a band; nil if it has none.
  public func categoryNames(band: Int) -> [String]? {
    withBand(band) { handle in
      let names = strings(GDALGetRasterCategoryNames(handle))
      return names.isEmpty ? nil : names
    }
  }

  /// The number of overviews of a band.
  public func overviewCount(band: Int) -> Int {
    withBand(band) { Int(GDALGetOverviewCount($0)) }
  }

  private func metadata(of number: Int, domain: String) -> [String: String] {
    dataset.use { handle in
      let owner = number == 0 ? handle : GDALGetRasterBand(handle, Int32(number))
      let items = strings(GDALGetMetadata(owner, domain)).compactMap { item in
        item.firstIndex(of: "=").map {
          (String(item[..<$0]), String(item[item.index(after: $0)...]))
        }
      }
      return Dictionary(items) { first, _ in first }
    }
  }

  private func withBand<Value>(_ number: Int, _ body: (GDALRasterBandH?) -> Value) -> Value {
    precondition(bands.indices.contains(number - 1), "\(path) has no band \(number)")
    return dataset.use { body(GDALGetRasterBand($0, Int32(number))) }
  }

  private static func grid(of dataset: Dataset) throws -> Grid {
    var transform = Grid.noGeotransform
    let crs = dataset.use { handle in
      if GDALGetGeoTransform(handle, &transform) != CE_None { transform = Grid.noGeotransform }
      return GDALGetProjectionRef(handle).map { String(cString: $0) } ?? ""
    }
    let (width, height) = dataset.use {
      (Int(GDALGetRasterXSize($0)), Int(GDALGetRasterYSize($0)))
    }
    return try Grid(width: width, height: height, geotransform: transform, crs: crs)
  }

  private static func noBands(_ dataset: Dataset) -> RasterError {
    let names = dataset.use { strings(GDALGetMetadata($0, "SUBDATASETS")) }
      .filter { $0.contains("_NAME=") }
      .compactMap { $0.split(separator: "=", maxSplits: 1).last.map(String.init) }
    let hint =
      names.isEmpty
      ? "it has no raster bands"
      : "it is a container; name one of its rasters instead: "
        + names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
    return RasterError(message: hint, path: dataset.path, action: "open the raster")
  }
}
