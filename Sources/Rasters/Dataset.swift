import CGDAL

/// Owns one GDAL dataset handle and closes it.
///
/// Belongs to one thread at a time, as the handle does: it is deliberately not `Sendable`.
final class Dataset {
  let path: String
  private var handle: GDALDatasetH?
  // What the dataset reads from must outlive it.
  private let source: Dataset?

  /// Takes over a handle; `source` is kept open as long as this dataset.
  init(adopting handle: GDALDatasetH, path: String, source: Dataset? = nil) {
    self.handle = handle
    self.path = path
    self.source = source
  }

  deinit {
    if let handle { GDALClose(handle) }
  }

  /// Lends the handle; it must not leave the closure.
  func use<Value>(_ body: (GDALDatasetH) throws -> Value) rethrows -> Value {
    guard let handle else { preconditionFailure("\(path): the dataset was closed") }
    return try withExtendedLifetime(self) { try body(handle) }
  }

  /// Writes what is pending and closes; failures are thrown.
  func close(_ action: String) throws {
    guard let open = handle else { return }
    handle = nil
    try gdal(action, path: path) { GDALClose(open) }
  }

  /// Reads a window of several bands, planar, in the given type and byte spacings.
  func read(
    _ window: Window, bands: [Int], into destination: UnsafeMutableRawPointer,
    type: GDALDataType, lineBytes: Int, planeBytes: Int,
    isHarmless: (String) -> Bool = { _ in false }
  ) throws {
    try gdal("read \(window) of bands \(bands)", path: path, isHarmless: isHarmless) {
      var numbers = bands.map(Int32.init)
      try use { dataset in
        try require(
          GDALDatasetRasterIOEx(
            dataset, GF_Read, Int32(window.x), Int32(window.y), Int32(window.width),
            Int32(window.height), destination, Int32(window.width), Int32(window.height), type,
            Int32(numbers.count), &numbers, Int64(GDALGetDataTypeSizeBytes(type)),
            Int64(lineBytes), Int64(planeBytes), nil))
      }
    }
  }
}
