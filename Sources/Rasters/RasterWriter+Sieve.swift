import CGDAL

extension RasterWriter {
  /// Writes the whole first band: that of a raster of classes without its small patches.
  ///
  /// A patch of fewer pixels takes the class of its largest neighbour (`GDALSieveFilter`, line by
  /// line, so that the result depends on the pixels alone). Pixels that are not observed stay what
  /// they are and are nobody's neighbours; a patch without a neighbour, or whose neighbours are
  /// all small, stays.
  ///
  /// - Parameters:
  ///   - raster: Classes on the grid of this writer.
  ///   - pixels: The least size of a patch.
  ///   - connectedness: Which pixels make a patch.
  ///   - progress: Told the share done, 0 to 1; returns whether to go on.
  /// - Throws: `RasterError` if GDAL fails or `progress` says no; the writer is cancelled then.
  public func writeSieved(
    _ raster: Raster, least pixels: Int, connectedness: Connectedness,
    progress: ((Double) -> Bool)? = nil
  ) throws {
    precondition(
      raster.grid.window == description.grid.window, "\(raster.path) and \(path) differ in size")
    guard let dataset else { preconditionFailure("\(path) was finished or cancelled") }
    let report = ProgressReport(progress)
    do {
      try gdal("sieve \(raster.path)", path: path, isCancelled: { report.isCancelled }) {
        try raster.dataset.use { source in
          try dataset.use { target in
            let band = try require(GDALGetRasterBand(source, 1))
            try require(
              GDALSieveFilter(
                band, GDALGetMaskBand(band), GDALGetRasterBand(target, 1),
                Int32(clamping: pixels), Int32(connectedness.rawValue), nil,
                ProgressReport.callback, Unmanaged.passUnretained(report).toOpaque()))
          }
        }
      }
    } catch {
      cancel()
      throw error
    }
    withExtendedLifetime(report) {}
  }
}
