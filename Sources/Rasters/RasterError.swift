/// What went wrong with a raster: where, while doing what, and GDAL's own words.
public struct RasterError: Error, Equatable, Sendable, CustomStringConvertible {
  /// GDAL's error number (`CPLE_…`), an `errno` for failures of the file system, or 0 for a
  /// check made here.
  public let code: Int
  /// GDAL's message, or what was expected and found; one line.
  public let message: String
  /// The file concerned; empty where there is none.
  public let path: String
  /// What was being done, as it follows "cannot": `open the raster`.
  public let action: String
  /// Whether the caller asked for the work to stop; nothing is wrong with the data.
  public let isCancellation: Bool

  /// Makes an error; line breaks in the message become spaces.
  public init(
    code: Int = 0, message: String, path: String, action: String, isCancellation: Bool = false
  ) {
    self.code = code
    self.message = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    self.path = path
    self.action = action
    self.isCancellation = isCancellation
  }

  /// One line: `PATH: cannot ACTION: MESSAGE`.
  public var description: String {
    (path.isEmpty ? "" : "\(path): ") + "cannot \(action): \(message)"
  }
}
