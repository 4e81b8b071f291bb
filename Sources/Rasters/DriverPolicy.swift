import CGDAL

/// Which of GDAL's drivers may open what the user names.
public struct DriverPolicy: Equatable, Sendable {
  /// The short names of the drivers to try; nil means every raster driver of this GDAL.
  public let allowed: [String]?

  /// Makes a policy from GDAL's short driver names.
  public init(allowed: [String]?) {
    self.allowed = allowed
  }

  /// Every raster driver.
  public static let standard = DriverPolicy(allowed: nil)

  /// Opens a raster for reading with the allowed drivers.
  ///
  /// - Throws: `RasterError` if the file is missing, isn't a raster, or GDAL reports a failure.
  func open(_ path: String, warn: ([String]) -> Void = { _ in }) throws -> Dataset {
    let flags = UInt32(GDAL_OF_RASTER | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR)
    let handle = try gdal("open the raster", path: path, warn: warn) {
      guard let allowed else { return try require(GDALOpenEx(path, flags, nil, nil, nil)) }
      return try withConstantCSL(allowed) { try require(GDALOpenEx(path, flags, $0, nil, nil)) }
    }
    return Dataset(adopting: handle, path: path)
  }
}
