extension Grid {
  /// A grid over the same place with larger pixels, at most `side` along the longer axis; the grid
  /// itself if it is no larger.
  ///
  /// The last row and column may reach a little beyond the grid.
  public func coarsened(toSide side: Int) throws -> Grid {
    let factor = (Double(max(width, height)) / Double(side)).rounded(.up)
    guard factor > 1 else { return self }
    let step = Int(factor)
    var transform = geotransform
    for index in [1, 2, 4, 5] { transform[index] *= factor }
    return try Grid(
      width: (width + step - 1) / step, height: (height + step - 1) / step,
      geotransform: transform, crs: crs)
  }
}
