import CGDAL

/// Owns GDAL's transformer between the pixels of a raster and those of a grid.
final class Transformer {
  private var argument: UnsafeMutableRawPointer?
  private let path: String

  /// - Parameter dataset: must outlive the transformer.
  init(from dataset: Dataset, to grid: Grid) throws {
    path = dataset.path
    argument = try gdal("relate the raster to the grid", path: dataset.path) {
      let made = try dataset.use { handle in
        try withCSL(grid.hasCRS ? ["DST_SRS=\(grid.crs)"] : []) {
          try require(GDALCreateGenImgProjTransformer2(handle, nil, $0))
        }
      }
      GDALSetGenImgProjTransformerDstGeoTransform(made, grid.geotransform)
      return made
    }
  }

  deinit {
    if let argument { GDALDestroyGenImgProjTransformer(argument) }
  }

  /// Hands the transformer over to GDAL, which will destroy it.
  func release() -> UnsafeMutableRawPointer? {
    defer { argument = nil }
    return argument
  }

  /// Pixel coordinates of the raster for those of the grid, or the reverse; nil where there are
  /// none.
  func transform(_ points: [(x: Double, y: Double)], toRaster: Bool) -> [(x: Double, y: Double)?] {
    guard let argument, !points.isEmpty else { return points.map { _ in nil } }
    var xs = points.map(\.x)
    var ys = points.map(\.y)
    var zs = [Double](repeating: 0, count: points.count)
    var succeeded = [Int32](repeating: 0, count: points.count)
    // Points outside the projection's domain are reported as errors, and are the answer here.
    _ = try? gdal("transform", path: path, isHarmless: { _ in true }) {
      GDALGenImgProjTransform(
        argument, toRaster ? 1 : 0, Int32(points.count), &xs, &ys, &zs, &succeeded)
    }
    return points.indices.map {
      succeeded[$0] != 0 && xs[$0].isFinite && ys[$0].isFinite ? (xs[$0], ys[$0]) : nil
    }
  }

  /// The raster's bounding box in pixels of the grid, from a lattice of points on it; nil if no
  /// point has a place there.
  func box(width: Int, height: Int, toRaster: Bool)
    -> (minX: Double, minY: Double, maxX: Double, maxY: Double)?
  {
    let steps = 32
    var points: [(x: Double, y: Double)] = []
    for row in 0...steps {
      for column in 0...steps {
        points.append(
          (Double(width * column) / Double(steps), Double(height * row) / Double(steps)))
      }
    }
    let placed = transform(points, toRaster: toRaster).compactMap { $0 }
    guard let minX = placed.map(\.x).min(), let maxX = placed.map(\.x).max(),
      let minY = placed.map(\.y).min(), let maxY = placed.map(\.y).max()
    else { return nil }
    return (minX, minY, maxX, maxY)
  }
}
