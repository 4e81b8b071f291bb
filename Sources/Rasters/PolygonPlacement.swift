import CGDAL
import Glibc

/// Owns one OGR geometry.
final class OwnedGeometry {
  let handle: OGRGeometryH

  init(adopting handle: OGRGeometryH) { self.handle = handle }

  deinit { OGR_G_DestroyGeometry(handle) }

  /// A copy of a geometry that something else owns.
  init?(copying other: OGRGeometryH) {
    guard let copy = OGR_G_Clone(other) else { return nil }
    handle = copy
  }

  var envelope: OGREnvelope {
    var envelope = OGREnvelope()
    OGR_G_GetEnvelope(handle, &envelope)
    return envelope
  }
}

/// Brings polygons of a layer onto a grid, and measures them.
struct PolygonPlacement {
  private let grid: Grid
  private let path: String
  /// To the grid's system; nil where it is the layer's own.
  private let toGrid: CoordinateChange?
  /// To longitude and latitude in degrees on WGS 84; nil where the place on the ground is unknown.
  private let toDegrees: CoordinateChange?

  /// Edges are cut into at least this many pieces of the polygon's size before they are bent.
  private static let pieces = 64.0
  /// WGS 84.
  private static let ellipsoid = Ellipsoid(
    semiMajorMetres: 6_378_137, semiMinorMetres: 6_356_752.314_245_179)

  init(from crs: String, to grid: Grid, path: String) throws {
    self.grid = grid
    self.path = path
    let action = "rasterise its polygons"
    guard !crs.isEmpty else {
      guard !grid.hasCRS else {
        throw RasterError(
          message: "the layer has no coordinate reference system, the grid has \(grid.crsName); "
            + "assign one with ogr2ogr -a_srs", path: path, action: action)
      }
      (toGrid, toDegrees) = (nil, nil)
      return
    }
    guard grid.hasCRS else {
      throw RasterError(
        message: "the grid has no coordinate reference system, the layer has one", path: path,
        action: action)
    }
    let (own, target) = (
      try SpatialReference(parsing: crs), try SpatialReference(parsing: grid.crs)
    )
    toGrid = own.isSame(as: target) ? nil : try CoordinateChange(from: own, to: target, path)
    toDegrees = try CoordinateChange(from: own, to: SpatialReference(parsing: "EPSG:4326"), path)
  }

  /// The valid polygon of a feature, in the layer's system.
  func polygon(of feature: OGRFeatureH, _ counts: inout PolygonCounts) -> OwnedGeometry? {
    guard let geometry = OGR_F_GetGeometryRef(feature), OGR_G_IsEmpty(geometry) == 0 else {
      counts.empty += 1
      return nil
    }
    guard OGR_G_GetDimension(geometry) == 2,
      let linear = OGR_G_GetLinearGeometry(geometry, 0, nil)
    else {
      counts.otherGeometries += 1
      return nil
    }
    let polygon = OwnedGeometry(adopting: linear)
    if quietly({ OGR_G_IsValid(polygon.handle) }) == 1 { return polygon }
    let made = quietly { OGR_G_MakeValid(polygon.handle) } ?? nil
    if let made {
      let mended = OwnedGeometry(adopting: made)
      if OGR_G_IsEmpty(made) == 0, OGR_G_GetDimension(made) == 2 {
        counts.mended += 1
        return mended
      }
    }
    counts.invalid += 1
    return nil
  }

  /// A polygon in the grid's system; nil if it lies beside the grid or cannot be projected.
  func onGrid(_ polygon: OwnedGeometry) -> OwnedGeometry? {
    let placed = toGrid.map { $0.changed(polygon, pieces: Self.pieces) } ?? polygon
    guard let placed else { return nil }
    let (box, extent) = (placed.envelope, grid.extent)
    let overlaps =
      box.MaxX > extent.minX && box.MinX < extent.maxX && box.MaxY > extent.minY
      && box.MinY < extent.maxY
    return overlaps ? placed : nil
  }

  /// The geodesic area of a polygon on WGS 84; nil if its place on the ground is unknown.
  func hectares(_ polygon: OwnedGeometry) -> Double? {
    guard let there = toDegrees?.changed(polygon, pieces: Self.pieces) else { return nil }
    return Self.squareMetres(there.handle) / 10_000
  }

  /// The area of polygons in degrees: that of the outer rings less that of the holes.
  private static func squareMetres(_ geometry: OGRGeometryH) -> Double {
    let count = OGR_G_GetGeometryCount(geometry)
    let isPolygon = OGR_GT_Flatten(OGR_G_GetGeometryType(geometry)) == wkbPolygon
    return (0..<count).reduce(0) { sum, index in
      guard let part = OGR_G_GetGeometryRef(geometry, index) else { return sum }
      guard isPolygon else { return sum + squareMetres(part) }
      let area = ringSquareMetres(part)
      return index == 0 ? sum + area : sum - area
    }
  }

  private static func ringSquareMetres(_ ring: OGRGeometryH) -> Double {
    var last = 0.0
    let corners = (0..<OGR_G_GetPointCount(ring)).map { index in
      var longitude = OGR_G_GetX(ring, index)
      // a ring that crosses the date line goes on beyond 180 degrees
      if index > 0 { longitude -= 360 * ((longitude - last) / 360).rounded() }
      last = longitude
      return (
        longitude: longitude * .pi / 180, latitude: OGR_G_GetY(ring, index) * .pi / 180
      )
    }
    return ellipsoid.areaSquareMetres(of: corners)
  }

  /// GEOS reports what is wrong with a geometry as a failure; the answer says it all.
  private func quietly<Value>(_ body: () -> Value) -> Value? {
    try? gdal("check a polygon", path: path, isHarmless: { _ in true }, body)
  }
}

/// Owns one transformation of coordinates.
final class CoordinateChange {
  private let handle: OGRCoordinateTransformationH
  private let path: String

  init(from source: SpatialReference, to target: SpatialReference, _ path: String) throws {
    handle = try gdal("relate its coordinates to those of the grid", path: path) {
      try source.use { source in
        try target.use { try require(OCTNewCoordinateTransformation(source, $0)) }
      }
    }
    self.path = path
  }

  deinit { OCTDestroyCoordinateTransformation(handle) }

  /// A copy in the other system, its long edges cut so that they bend; nil if it has no place there.
  func changed(_ geometry: OwnedGeometry, pieces: Double) -> OwnedGeometry? {
    guard let copy = OwnedGeometry(copying: geometry.handle) else { return nil }
    let box = copy.envelope
    let size = max(box.MaxX - box.MinX, box.MaxY - box.MinY)
    if size > 0 { OGR_G_Segmentize(copy.handle, size / pieces) }
    let status = try? gdal("project a polygon", path: path, isHarmless: { _ in true }) {
      OGR_G_Transform(copy.handle, handle)
    }
    return status == OGRERR_NONE ? copy : nil
  }
}
