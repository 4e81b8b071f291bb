import CGDAL

/// Which polygons of a layer are burned into a grid.
public struct PolygonSelection: Sendable {
  /// The field whose text decides the value; nil: none.
  public var codeField: String?
  /// The field with the date; nil: dates don't matter.
  public var dateField: String?
  /// The days allowed, as `Day.number` counts them.
  public var days: ClosedRange<Int>?
  /// The least geodesic area.
  public var leastHectares = 0.0
  /// Whether every pixel that a polygon touches counts, rather than those whose centre it covers.
  public var touchesAll = false

  /// All polygons.
  public init() {}
}

/// What became of the features of a layer.
public struct PolygonCounts: Sendable, Equatable {
  /// Features read.
  public var features = 0
  /// Polygons burned into the grid.
  public var burned = 0
  /// Polygons that lie beside the grid.
  public var outside = 0
  /// Features without geometry, or with an empty one.
  public var empty = 0
  /// Points and lines.
  public var otherGeometries = 0
  /// Invalid polygons, of which valid ones could be made.
  public var mended = 0
  /// Invalid polygons that were left out.
  public var invalid = 0
  /// Polygons without a date.
  public var undated = 0
  /// Polygons with a date that isn't wanted.
  public var otherDates = 0
  /// Polygons that are too small.
  public var small = 0
  /// Polygons without a code.
  public var withoutCode = 0

  /// No features.
  public init() {}
}

extension VectorLayer {
  /// Checks that the fields are there and that places can be related; reads no feature.
  ///
  /// - Throws: `RasterError`.
  public func check(_ selection: PolygonSelection, on grid: Grid) throws {
    _ = try PolygonPlacement(from: crs, to: grid, path: path)
    for field in [selection.codeField, selection.dateField].compactMap({ $0 }) {
      _ = try fieldNumber(field)
    }
  }

  /// Burns polygons into a grid, in its reference system; later ones cover earlier ones.
  ///
  /// - Parameters:
  ///   - grid: the pixels.
  ///   - background: the value where no polygon is.
  ///   - selection: which polygons.
  ///   - value: the value of a polygon, from the text of its code field (nil without a field).
  /// - Returns: the values row after row, and what became of the features.
  /// - Throws: `RasterError` if places cannot be related or a field is missing; what `value` throws.
  public func rasterise(
    on grid: Grid, background: UInt8, selection: PolygonSelection,
    value: (String?) throws -> UInt8
  ) throws -> (pixels: [UInt8], counts: PolygonCounts) {
    let place = try PolygonPlacement(from: crs, to: grid, path: path)
    let codeField = try selection.codeField.map(fieldNumber)
    let dateField = try selection.dateField.map(fieldNumber)
    var counts = PolygonCounts()
    let canvas = try Canvas(grid, background: background, touchesAll: selection.touchesAll, path)
    try forEachFeature { feature in
      counts.features += 1
      if let dateField {
        guard let day = VectorLayer.text(feature, dateField).flatMap(Day.number) else {
          counts.undated += 1
          return
        }
        if let days = selection.days, !days.contains(day) {
          counts.otherDates += 1
          return
        }
      }
      let code = codeField.flatMap { VectorLayer.text(feature, $0) }
      if codeField != nil, code == nil {
        counts.withoutCode += 1
        return
      }
      guard let polygon = place.polygon(of: feature, &counts) else { return }
      if selection.leastHectares > 0, place.hectares(polygon) ?? .infinity < selection.leastHectares
      {
        counts.small += 1
        return
      }
      guard let there = place.onGrid(polygon) else {
        counts.outside += 1
        return
      }
      canvas.add(there, try value(code))
      counts.burned += 1
    }
    return (try canvas.pixels(), counts)
  }

  /// The text of a field; nil if it is null or empty.
  private static func text(_ feature: OGRFeatureH, _ field: Int32) -> String? {
    guard OGR_F_IsFieldSetAndNotNull(feature, field) != 0,
      let text = OGR_F_GetFieldAsString(feature, field)
    else { return nil }
    let found = String(cString: text)
    return found.isEmpty ? nil : found
  }
}

/// A raster in memory that polygons are burned into.
private final class Canvas {
  private let dataset: Dataset
  private let grid: Grid
  private let options: [String]
  private var polygons: [OwnedGeometry] = []
  private var values: [Double] = []

  init(_ grid: Grid, background: UInt8, touchesAll: Bool, _ path: String) throws {
    self.grid = grid
    options = touchesAll ? ["ALL_TOUCHED=TRUE"] : []
    dataset = try gdal("rasterise polygons", path: path) {
      let driver = try require(GDALGetDriverByName("MEM"))
      let handle = try require(
        GDALCreate(driver, "", Int32(grid.width), Int32(grid.height), 1, GDT_Byte, nil))
      let dataset = Dataset(adopting: handle, path: path)
      var transform = grid.geotransform
      try require(GDALSetGeoTransform(handle, &transform))
      try require(GDALFillRaster(GDALGetRasterBand(handle, 1), Double(background), 0))
      return dataset
    }
  }

  /// Takes a polygon; all are burned at once, since each pass goes over the whole raster.
  func add(_ polygon: OwnedGeometry, _ value: UInt8) {
    polygons.append(polygon)
    values.append(Double(value))
  }

  private func burn() throws {
    guard !polygons.isEmpty else { return }
    try gdal("rasterise polygons", path: dataset.path) {
      try dataset.use { handle in
        var band: Int32 = 1
        var geometries: [OGRGeometryH?] = polygons.map(\.handle)
        try withCSL(options) {
          try require(
            GDALRasterizeGeometries(
              handle, 1, &band, Int32(geometries.count), &geometries, nil, nil, &values, $0, nil,
              nil))
        }
      }
    }
    withExtendedLifetime(polygons) {}
  }

  /// Burns the polygons, and gives the values row after row.
  func pixels() throws -> [UInt8] {
    try burn()
    var pixels = [UInt8](repeating: 0, count: grid.window.pixelCount)
    try pixels.withUnsafeMutableBytes {
      guard let base = $0.baseAddress else { return }
      try dataset.read(
        grid.window, bands: [1], into: base, type: GDT_Byte, lineBytes: grid.width,
        planeBytes: grid.window.pixelCount)
    }
    return pixels
  }
}
