import Rasters

/// Reads windows of a label raster as positions in the list of classes.
///
/// Belongs to one thread.
public final class LabelReader {
  private let source: AlignedSource
  private let positions: [Int: UInt8]
  private let classes: ClassList
  private let path: String

  /// Opens labels on a grid; another grid or CRS is resampled by the nearest pixel.
  public init(_ label: SceneRaster, on grid: Grid, classes: ClassList) throws {
    source = try AlignedSource(
      Raster(path: label.path, nodata: label.nodata), on: grid, resampling: .nearest)
    positions = classes.positions
    self.classes = classes
    path = label.path
    try source.prepare(bands: [1])
  }

  /// The classes of a window, row after row; 255 where nothing is known or to be ignored.
  ///
  /// - Throws: `RunError` for a value that is no class, naming it and the classes.
  public func read(_ window: Window) throws -> [UInt8] {
    var last: (code: Int32, position: UInt8)?
    return try source.readClasses(window, band: 1).map { code in
      guard let code, Int(code) != classes.ignore else { return ClassList.notObserved }
      if let last, last.code == code { return last.position }
      guard let position = positions[Int(code)] else { throw unknown(code) }
      last = (code, position)
      return position
    }
  }

  private func unknown(_ code: Int32) -> RunError {
    let known = classes.items.map { "\($0.code) \($0.name)" }.joined(separator: ", ")
    return RunError(
      .input,
      "\(path): the label \(code) is no class. Classes: \(known); ignored: \(classes.ignore). "
        + "Add it to 'classes' or set 'ignore'")
  }
}
