extension Grid {
  /// How far, in pixels, the corners of two grids may lie apart and still be the same.
  static let matchTolerancePixels = 1e-6
  /// How far, in pixels, corners may lie from whole pixels for a grid to count as a part.
  static let shiftTolerancePixels = 1e-3

  /// Whether both grids have the same reference system, size and place of every pixel.
  ///
  /// Places agree if the corners lie within a millionth of a pixel.
  public func matches(_ other: Grid) -> Bool {
    guard width == other.width, height == other.height, hasSameCRS(as: other) else { return false }
    guard let shift = shift(to: other, tolerance: Grid.matchTolerancePixels) else { return false }
    return shift == (0, 0)
  }

  /// Whether both have the same reference system, or both have none.
  public func hasSameCRS(as other: Grid) -> Bool {
    if crs == other.crs { return true }
    guard hasCRS, other.hasCRS,
      let first = try? SpatialReference(parsing: crs),
      let second = try? SpatialReference(parsing: other.crs)
    else { return false }
    return first.isSame(as: second)
  }

  /// The place of the other grid's first pixel in whole pixels of this grid.
  ///
  /// Nil if the other's pixels are not this grid's pixels. Reference systems are not compared.
  func shift(to other: Grid, tolerance: Double) -> (x: Int, y: Int)? {
    var found: (x: Int, y: Int)?
    for (column, row) in [(0, 0), (other.width, 0), (0, other.height), (other.width, other.height)]
    {
      let place = other.mapCoordinates(column: Double(column), row: Double(row))
      let here = pixelCoordinates(x: place.x, y: place.y)
      let dx = here.column - Double(column)
      let dy = here.row - Double(row)
      guard abs(dx) < 1e9, abs(dy) < 1e9,
        abs(dx - dx.rounded()) <= tolerance, abs(dy - dy.rounded()) <= tolerance
      else { return nil }
      let shift = (x: Int(dx.rounded()), y: Int(dy.rounded()))
      if let found, found != shift { return nil }
      found = shift
    }
    return found
  }
}
