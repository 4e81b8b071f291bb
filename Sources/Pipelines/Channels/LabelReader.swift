import Rasters

/// Reads windows of a label raster as positions in the list of classes.
///
/// Belongs to one thread.
public final class LabelReader {
  private let source: AlignedSource
  private let positions: [Int: UInt8]
  private let classes: ClassList
  private let ignore: Int?
  private let path: String
  /// Pixels whose labels are left out.
  private let mask: PixelMask?
  /// Whether 255 stands for the second class, since the raster holds 0 and 255 alone.
  public let isMask: Bool

  /// Opens labels on a grid; another grid or CRS is resampled by the nearest pixel.
  ///
  /// A raster of 0 and 255 alone is a mask of the second of two classes, unless 255 is a class or
  /// the raster's nodata.
  public convenience init(_ label: SceneRaster, on grid: Grid, classes: ClassList) throws {
    try self.init(label, on: grid, classes: classes, hiding: nil)
  }

  /// Opens labels of a scene, with those left out that its mask hides.
  init(
    _ label: SceneRaster, on grid: Grid, classes: ClassList, hiding mask: AlignedScene.Mask?
  ) throws {
    let raster = try Raster(path: label.path, nodata: label.nodata)
    source = try AlignedSource(raster, on: grid, resampling: .nearest)
    try source.prepare(bands: [1])
    isMask = try LabelReader.isMask(raster, classes)
    positions = isMask ? [0: 0, 255: 1] : classes.positions
    ignore = isMask ? nil : classes.ignore
    self.classes = classes
    path = label.path
    self.mask = try mask.map { try PixelMask(path: $0.path) }
  }

  /// Opens labels that are positions in the list of classes already.
  init(
    positions path: String, on grid: Grid, classes: ClassList, hiding mask: AlignedScene.Mask?
  ) throws {
    source = try AlignedSource(Raster(path: path), on: grid, resampling: .nearest)
    positions = Dictionary(uniqueKeysWithValues: (0..<classes.count).map { ($0, UInt8($0)) })
    ignore = nil
    isMask = false
    self.classes = classes
    self.path = path
    self.mask = try mask.map { try PixelMask(path: $0.path) }
  }

  /// The classes of a window, row after row; 255 where nothing is known or to be ignored.
  ///
  /// - Throws: `RunError` for a value that is no class, naming it and the classes.
  public func read(_ window: Window) throws -> [UInt8] {
    var last: (code: Int32, position: UInt8)?
    var labels: [UInt8] = try source.readClasses(window, band: 1).map { code in
      guard let code, Int(code) != ignore else { return ClassList.notObserved }
      if let last, last.code == code { return last.position }
      guard let position = positions[Int(code)] else { throw classes.unknown(code, in: path) }
      last = (code, position)
      return position
    }
    try mask?.forEachHidden(in: window) { labels[$0] = ClassList.notObserved }
    return labels
  }

  /// Whether a raster holds 0 and 255 alone, and 255 means nothing else.
  ///
  /// Looks no further than the first other value.
  private static func isMask(_ raster: Raster, _ classes: ClassList) throws -> Bool {
    guard classes.count == 2, classes.positions[255] == nil, raster.bands[0].nodata != 255
    else { return false }
    var isFound = false
    for window in raster.grid.windows(side: 512) {
      for case let code? in try raster.readClasses(window, band: 1) where code != 0 {
        guard code == 255 else { return false }
        isFound = true
      }
    }
    return isFound
  }
}

extension ClassList {
  /// Why a label cannot be used.
  func unknown(_ code: some CustomStringConvertible, in path: String) -> RunError {
    let known = items.map { "\($0.code) \($0.name)" }.joined(separator: ", ")
    return RunError(
      .input,
      "\(path): the label \(code) is no class. Classes: \(known); ignored: \(ignore). "
        + "Add it to 'classes' or set 'ignore'")
  }
}
