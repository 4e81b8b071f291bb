import CGDAL

/// Where the pixels of a raster lie: its size, its geotransform and its coordinate reference
/// system.
public struct Grid: Equatable, Sendable {
  /// The number of columns.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The six numbers of GDAL's affine transform from pixel (column, row) to map coordinates:
  /// `x = g[0] + column·g[1] + row·g[2]`, `y = g[3] + column·g[4] + row·g[5]`.
  public let geotransform: [Double]
  /// The coordinate reference system as WKT; empty if none is known.
  public let crs: String
  /// The name of the coordinate reference system with its code, `WGS 84 (EPSG:4326)`, or empty.
  public let crsName: String
  let measure: Measure

  /// What the units of the map coordinates mean on the ground.
  enum Measure: Equatable, Sendable {
    case unknown
    case geographic(Ellipsoid, radiansPerUnit: Double)
    case projected(metresPerUnit: Double)
  }

  /// The geotransform of a raster that has none: map coordinates are pixel coordinates.
  public static let noGeotransform: [Double] = [0, 1, 0, 0, 0, 1]

  /// Makes a grid.
  ///
  /// - Parameter crs: WKT, an `EPSG:` code or anything else GDAL accepts; empty for none.
  /// - Throws: `RasterError` if the reference system isn't understood, or the geotransform has
  ///   not six finite numbers or maps all pixels onto a line.
  public init(width: Int, height: Int, geotransform: [Double], crs: String) throws {
    precondition(width >= 0 && height >= 0, "grid of \(width) × \(height) pixels")
    let isUsable =
      geotransform.count == 6 && geotransform.allSatisfy(\.isFinite)
      && geotransform[1] * geotransform[5] - geotransform[2] * geotransform[4] != 0
    guard isUsable else {
      throw RasterError(
        message: "it must have six finite numbers and pixels of non-zero size",
        path: "", action: "use the geotransform \(geotransform)")
    }
    self.width = width
    self.height = height
    self.geotransform = geotransform
    guard !crs.isEmpty else {
      (self.crs, crsName, measure) = ("", "", .unknown)
      return
    }
    let reference = try SpatialReference(parsing: crs)
    self.crs = reference.wkt
    crsName = reference.name + (reference.authorityCode.map { " (\($0))" } ?? "")
    if reference.isGeocentric {
      measure = .unknown
    } else if reference.isGeographic {
      measure = .geographic(reference.ellipsoid, radiansPerUnit: reference.radiansPerUnit)
    } else {
      measure = .projected(metresPerUnit: reference.metresPerUnit)
    }
  }

  /// Whether map coordinates are angles (degrees, as a rule).
  public var isGeographic: Bool {
    if case .geographic = measure { true } else { false }
  }

  /// Whether a coordinate reference system is known.
  public var hasCRS: Bool { !crs.isEmpty }

  /// Whether the pixels have a place in map coordinates at all.
  public var hasGeotransform: Bool { geotransform != Grid.noGeotransform }

  /// Whether rows and columns run along the map's axes neither way.
  public var isRotated: Bool { geotransform[2] != 0 || geotransform[4] != 0 }

  /// Whether rows run southwards and columns eastwards, as in most rasters.
  public var isNorthUp: Bool { !isRotated && geotransform[1] > 0 && geotransform[5] < 0 }

  /// Whether the first row is the southernmost one.
  public var isSouthUp: Bool { !isRotated && geotransform[5] > 0 }

  /// All pixels.
  public var window: Window { Window(x: 0, y: 0, width: width, height: height) }

  /// The lengths of a pixel's sides in map units, along a row and along a column.
  public var pixelSize: (x: Double, y: Double) {
    let g = geotransform
    return (
      (g[1] * g[1] + g[4] * g[4]).squareRoot(), (g[2] * g[2] + g[5] * g[5]).squareRoot()
    )
  }

  /// The map coordinates of a place in pixel coordinates; (0.5, 0.5) is the first pixel's centre.
  public func mapCoordinates(column: Double, row: Double) -> (x: Double, y: Double) {
    let g = geotransform
    return (g[0] + column * g[1] + row * g[2], g[3] + column * g[4] + row * g[5])
  }

  /// The pixel coordinates of a place in map coordinates.
  public func pixelCoordinates(x: Double, y: Double) -> (column: Double, row: Double) {
    let g = geotransform
    let determinant = g[1] * g[5] - g[2] * g[4]
    let (dx, dy) = (x - g[0], y - g[3])
    return ((dx * g[5] - dy * g[2]) / determinant, (dy * g[1] - dx * g[4]) / determinant)
  }

  /// The smallest rectangle of map coordinates around all pixels.
  public var extent: (minX: Double, minY: Double, maxX: Double, maxY: Double) {
    let corners = [(0, 0), (width, 0), (0, height), (width, height)].map {
      mapCoordinates(column: Double($0.0), row: Double($0.1))
    }
    let xs = corners.map(\.x)
    let ys = corners.map(\.y)
    return (xs.min() ?? 0, ys.min() ?? 0, xs.max() ?? 0, ys.max() ?? 0)
  }

  /// The grid of a part of the pixels; the window may reach beyond the grid.
  public func cropped(to window: Window) throws -> Grid {
    let origin = mapCoordinates(column: Double(window.x), row: Double(window.y))
    var moved = geotransform
    moved[0] = origin.x
    moved[3] = origin.y
    return try Grid(width: window.width, height: window.height, geotransform: moved, crs: crs)
  }
}
