import CGDAL

/// Writes a GeoTIFF in windows of any order and publishes it at once.
///
/// Pixels go to a temporary file beside the target; `finish` turns it into the final raster. If
/// anything fails, or the writer is dropped, the temporary files go and an older raster of the
/// same name stays. Belongs to one thread at a time.
public final class RasterWriter {
  /// The final path.
  public let path: String
  /// What is being written.
  public let description: RasterDescription
  private let publication: Publication
  var dataset: Dataset?

  /// Creates the temporary file; the target isn't touched.
  ///
  /// - Parameter path: the final path, which may exist.
  /// - Throws: `RasterError` if the description cannot be kept in a GeoTIFF, or the directory
  ///   cannot be written.
  public init(path: String, description: RasterDescription) throws {
    self.path = path
    self.description = description
    try RasterWriter.check(description, path)
    publication = try Publication(target: path)
    do {
      dataset = try RasterWriter.create(publication.filling, description, path)
    } catch {
      publication.clean()
      throw error
    }
  }

  deinit { cancel() }

  /// Writes a window of one band; pixels never written are nodata.
  ///
  /// - Parameters:
  ///   - window: must lie within the grid. Multiples of 512 pixels are cheapest.
  ///   - band: from 1.
  ///   - samples: row after row, of the type described.
  /// - Throws: `RasterError` if GDAL cannot write; the writer is cancelled then.
  public func write<Sample: RasterSample>(
    _ window: Window, band: Int, _ samples: UnsafeBufferPointer<Sample>
  ) throws {
    precondition(Sample.sampleType == description.type, "samples must be \(description.type)")
    precondition(description.grid.window.contains(window), "\(window) lies outside \(path)")
    precondition((1...description.bands.count).contains(band), "\(path) has no band \(band)")
    precondition(
      samples.count == window.pixelCount, "\(samples.count) samples for the window \(window)")
    guard let dataset else { preconditionFailure("\(path) was finished or cancelled") }
    guard let start = samples.baseAddress, !window.isEmpty else { return }
    do {
      try gdal("write \(window) of band \(band)", path: path) {
        try dataset.use { handle in
          try require(
            GDALRasterIO(
              try require(GDALGetRasterBand(handle, Int32(band))), GF_Write, Int32(window.x),
              Int32(window.y), Int32(window.width), Int32(window.height),
              UnsafeMutableRawPointer(mutating: start), Int32(window.width), Int32(window.height),
              description.type.gdalType, 0, 0))
        }
      }
    } catch {
      cancel()
      throw error
    }
  }

  /// Writes a window of one band from an array.
  public func write<Sample: RasterSample>(_ window: Window, band: Int, _ samples: [Sample]) throws {
    try samples.withUnsafeBufferPointer { try write(window, band: band, $0) }
  }

  /// Takes the blocks written so far out of GDAL's cache; they can be written on.
  ///
  /// - Throws: `RasterError` if GDAL cannot write; the writer is cancelled then.
  public func flush() throws {
    guard let dataset else { preconditionFailure("\(path) was finished or cancelled") }
    do {
      try gdal("write to the disk", path: path) {
        try dataset.use { handle in
          for number in 1...Int32(description.bands.count) {
            try require(GDALFlushRasterCache(try require(GDALGetRasterBand(handle, number))))
          }
        }
      }
    } catch {
      cancel()
      throw error
    }
  }

  /// Builds overviews and the final raster, checks it and moves it into place with its sidecars.
  ///
  /// - Parameter progress: told the share done, 0 to 1; returns whether to go on.
  /// - Throws: `RasterError` if anything fails or `progress` says no; nothing is published then.
  public func finish(progress: ((Double) -> Bool)? = nil) throws {
    guard let filled = dataset else { preconditionFailure("\(path) was finished or cancelled") }
    dataset = nil
    defer { publication.clean() }
    try filled.close("write the last pixels")
    switch description.layout {
    case .cloudOptimised:
      try optimise(progress)
      try verify()
    case .tiled:
      try publication.finishFilling()
    }
    try publication.publish(style: description.style)
  }

  /// Gives up: removes the temporary files and leaves the target as it was.
  public func cancel() {
    guard dataset != nil else { return }
    dataset = nil
    publication.clean()
  }

  /// Copies the filled raster into a cloud-optimised one.
  private func optimise(_ progress: ((Double) -> Bool)?) throws {
    let report = ProgressReport(progress)
    let source = try DriverPolicy(allowed: ["GTiff"]).open(publication.filling)
    try gdal(
      "build the cloud-optimised raster", path: path, isCancelled: { report.isCancelled }
    ) {
      let driver = try require(GDALGetDriverByName("COG"))
      let copy = try source.use { handle in
        try withCSL(RasterWriter.options(description)) { options in
          try require(
            GDALCreateCopy(
              driver, publication.finished, handle, 0, options, ProgressReport.callback,
              Unmanaged.passUnretained(report).toOpaque()))
        }
      }
      GDALClose(copy)
    }
    withExtendedLifetime(report) {}
  }

  /// Opens the result as any reader would.
  private func verify() throws {
    let raster = try Raster(path: publication.finished, policy: DriverPolicy(allowed: ["GTiff"]))
    let layout = raster.metadata(domain: "IMAGE_STRUCTURE")["LAYOUT"]
    guard layout == "COG", raster.bands.count == description.bands.count,
      raster.grid.window == description.grid.window
    else {
      throw RasterError(
        message: "expected layout COG with \(description.bands.count) bands of "
          + "\(description.grid.window), found \(layout ?? "no layout") with "
          + "\(raster.bands.count) bands of \(raster.grid.window)",
        path: path, action: "trust the raster written")
    }
  }
}

/// Carries a Swift closure through GDAL's progress callback.
final class ProgressReport {
  private let report: ((Double) -> Bool)?
  private(set) var isCancelled = false

  init(_ report: ((Double) -> Bool)?) { self.report = report }

  static let callback: GDALProgressFunc = { done, _, user in
    guard let user else { return 1 }
    let report = Unmanaged<ProgressReport>.fromOpaque(user).takeUnretainedValue()
    if let ask = report.report, !ask(done) { report.isCancelled = true }
    return report.isCancelled ? 0 : 1
  }
}
