import CGDAL
import Glibc

extension VectorWriter {
  /// What polygons were added.
  public struct PolygonCount: Equatable, Sendable {
    /// All of them.
    public var polygons: Int
    /// Those whose outline touched itself and was cut into valid parts.
    public var repaired: Int

    /// Makes a count.
    public init(polygons: Int = 0, repaired: Int = 0) {
      self.polygons = polygons
      self.repaired = repaired
    }
  }

  /// Adds a polygon for each patch of connected, observed pixels of equal value.
  ///
  /// The whole raster is outlined line by line (`GDALPolygonize`), so no polygon ends at a tile's
  /// edge; outlines follow the edges of pixels. Every geometry is valid.
  ///
  /// - Parameters:
  ///   - raster: Whole numbers, in the first band.
  ///   - connectedness: Which pixels make a patch.
  ///   - progress: Told the share done, 0 to 1; returns whether to go on.
  ///   - values: The columns of the patch whose first pixel in reading order (row · width + column)
  ///     is this.
  /// - Throws: `RasterError` if GDAL fails or `progress` says no, or what `values` throws; the
  ///   writer is cancelled then.
  public func addPolygons(
    of raster: Raster, connectedness: Connectedness, progress: ((Double) -> Bool)? = nil,
    values: (_ firstPixel: Int) throws -> [Value]
  ) throws -> PolygonCount {
    let draft = publication.scratch(".fgb")
    do {
      let report = ProgressReport { progress?($0 * 0.8) ?? true }
      try outline(raster, connectedness, report, in: draft)
    } catch {
      cancel()
      throw error
    }
    // a FlatGeobuf without features is an empty file, which is none
    var status = stat()
    guard stat(draft, &status) == 0, status.st_size > 0 else { return PolygonCount() }
    return try add("add the polygons of \(raster.path)") { layer in
      let flags = UInt32(GDAL_OF_VECTOR | GDAL_OF_READONLY | GDAL_OF_VERBOSE_ERROR)
      let source = try withConstantCSL(["FlatGeobuf"]) {
        Dataset(adopting: try require(GDALOpenEx(draft, flags, $0, nil, nil)), path: draft)
      }
      return try source.use { handle in
        let outlines = try require(GDALDatasetGetLayer(handle, 0))
        let total = max(1, Int(OGR_L_GetFeatureCount(outlines, 1)))
        var count = PolygonCount()
        var vertices = Vertices(grid: raster.grid)
        while let feature = OGR_L_GetNextFeature(outlines) {
          defer { OGR_F_Destroy(feature) }
          vertices.read(try require(OGR_F_GetGeometryRef(feature)))
          let values = try values(vertices.firstPixel)
          let (geometry, isRepaired) = try valid(
            require(OGR_F_StealGeometry(feature)),
            isKnown: connectedness == .four && vertices.areSimpleRings)
          try write(geometry, values, to: layer)
          count.polygons += 1
          if isRepaired { count.repaired += 1 }
          if count.polygons % 1024 == 0, let progress,
            !progress(0.8 + 0.2 * Double(count.polygons) / Double(total))
          {
            throw RasterError(
              message: "cancelled", path: path, action: "add the polygons of \(raster.path)",
              isCancellation: true)
          }
        }
        return count
      }
    }
  }

  /// Outlines all patches into a file without attributes.
  private func outline(
    _ raster: Raster, _ connectedness: Connectedness, _ report: ProgressReport, in draft: String
  ) throws {
    let action = "outline the patches of \(raster.path)"
    let dataset = try gdal(action, path: path) {
      let driver = try require(GDALGetDriverByName("FlatGeobuf"))
      let handle = try require(GDALCreate(driver, draft, 0, 0, 0, GDT_Unknown, nil))
      return Dataset(adopting: handle, path: draft)
    }
    try gdal(action, path: path, isCancelled: { report.isCancelled }) {
      try raster.dataset.use { source in
        try dataset.use { target in
          let layer = try withCSL(["SPATIAL_INDEX=NO"]) {
            try require(GDALDatasetCreateLayer(target, "outlines", nil, wkbPolygon, $0))
          }
          let band = try require(GDALGetRasterBand(source, 1))
          try withCSL(connectedness == .eight ? ["8CONNECTED=8"] : []) {
            try require(
              GDALPolygonize(
                band, GDALGetMaskBand(band), layer, -1, $0, ProgressReport.callback,
                Unmanaged.passUnretained(report).toOpaque()))
          }
        }
      }
    }
    withExtendedLifetime(report) {}
    try dataset.close(action)
  }

  /// A valid multipolygon of the same area; the outline is taken over.
  ///
  /// - Parameter isKnown: Whether the outline is known to be valid.
  private func valid(
    _ outline: OGRGeometryH, isKnown: Bool
  ) throws -> (geometry: OGRGeometryH, isRepaired: Bool) {
    // GDAL warns of each outline that isn't: it is mended here
    CPLPushErrorHandler(CPLQuietErrorHandler)
    let isValid = isKnown || OGR_G_IsValid(outline) != 0
    CPLPopErrorHandler()
    if isValid {
      return (try require(OGR_G_ForceToMultiPolygon(outline)), false)
    }
    defer { OGR_G_DestroyGeometry(outline) }
    let mended = try require(OGR_G_MakeValid(outline))
    let type = OGR_GT_Flatten(OGR_G_GetGeometryType(mended))
    guard type == wkbPolygon || type == wkbMultiPolygon else {
      OGR_G_DestroyGeometry(mended)
      throw RasterError(
        message: "an outline cannot be made valid", path: path, action: "add a polygon")
    }
    return (try require(OGR_G_ForceToMultiPolygon(mended)), true)
  }
}

/// The corners of an outline, as corners of pixels.
private struct Vertices {
  /// The first pixel, in reading order, of the patch that the outline goes around: its upper left
  /// corner is a vertex.
  private(set) var firstPixel = 0
  /// Whether no ring comes to a corner twice.
  ///
  /// Edges of pixels belong to one ring each, and pixels joined by edges have a connected inside: the
  /// outline of such a patch is valid if and only if its rings are simple. GEOS takes minutes to say
  /// so of the class around tens of thousands of holes.
  private(set) var areSimpleRings = true
  private let grid: Grid
  private var xs: [Double] = []
  private var ys: [Double] = []
  private var corners: [Int] = []

  init(grid: Grid) { self.grid = grid }

  mutating func read(_ outline: OGRGeometryH) {
    (firstPixel, areSimpleRings) = (.max, true)
    for ring in 0..<OGR_G_GetGeometryCount(outline) {
      guard let points = OGR_G_GetGeometryRef(outline, ring) else { continue }
      let count = Int(OGR_G_GetPointCount(points))
      if xs.count < count {
        xs = [Double](repeating: 0, count: count)
        ys = xs
      }
      let size = Int32(MemoryLayout<Double>.stride)
      OGR_G_GetPoints(points, &xs, size, &ys, size, nil, 0)
      corners.removeAll(keepingCapacity: true)
      // the last point is the first again
      for index in 0..<max(0, count - 1) {
        let place = grid.pixelCoordinates(x: xs[index], y: ys[index])
        let (row, column) = (Int(place.row.rounded()), Int(place.column.rounded()))
        firstPixel = min(firstPixel, row * grid.width + column)
        corners.append(row * (grid.width + 1) + column)
      }
      // four corners are those of a rectangle
      guard areSimpleRings, corners.count > 4 else { continue }
      corners.sort()
      areSimpleRings = zip(corners, corners.dropFirst()).allSatisfy { $0 != $1 }
    }
  }
}
