extension Grid {
  /// Why pixels have no known area, for a message to the user; nil if they have one.
  public var areaProblem: String? {
    guard case .unknown = measure else { return nil }
    return hasCRS
      ? "areas are unknown in the reference system \(crsName)"
      : "areas are unknown: the raster has no coordinate reference system"
  }

  /// The area in m² of each pixel of a row, or nil if it is unknown or not the same in the row.
  ///
  /// Projected grids: the pixel's area on the map in square metres. Geographic grids: the exact
  /// area on the reference system's own ellipsoid. It differs along a row only in a rotated
  /// geographic grid: ask `pixelAreaSquareMetres(column:row:)` there.
  public func pixelAreaSquareMetres(row: Int) -> Double? {
    guard !(isGeographic && isRotated) else { return nil }
    return pixelAreaSquareMetres(column: 0, row: row)
  }

  /// The area in m² of one pixel, or nil if it is unknown.
  public func pixelAreaSquareMetres(column: Int, row: Int) -> Double? {
    switch measure {
    case .unknown:
      return nil
    case .projected(let metresPerUnit):
      let g = geotransform
      return abs(g[1] * g[5] - g[2] * g[4]) * metresPerUnit * metresPerUnit
    case .geographic(let ellipsoid, let radiansPerUnit):
      let corners = [(0, 0), (1, 0), (1, 1), (0, 1)].map { across, down in
        let place = mapCoordinates(column: Double(column + across), row: Double(row + down))
        return (longitude: place.x * radiansPerUnit, latitude: place.y * radiansPerUnit)
      }
      return ellipsoid.areaSquareMetres(of: corners)
    }
  }
}
