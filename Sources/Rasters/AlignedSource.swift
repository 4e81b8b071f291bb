import CGDAL

/// A raster seen on a target grid.
///
/// Where the raster's pixels are the grid's pixels, perhaps more or fewer of them, it is read as
/// it is. Otherwise GDAL's warper resamples it when it is read. What was not observed is NaN and
/// never enters its neighbours; so is what lies outside the raster.
public final class AlignedSource {
  /// The raster.
  public let raster: Raster
  /// The grid it is seen on.
  public let grid: Grid
  /// How measurements are resampled.
  ///
  /// As asked for, or `average` where the grid is coarser than the raster by more than two.
  /// Labels always take the nearest pixel.
  public let resampling: Resampling

  let place: Place
  private var measured: (bands: [Int], dataset: Dataset)?
  private var labelled: (bands: [Int], dataset: Dataset)?

  enum Place {
    /// The grid's first pixel is this pixel of the raster.
    case shifted(x: Int, y: Int)
    /// Target pixels for each source pixel.
    case warped(scaleX: Double, scaleY: Double)
  }

  /// Relates a raster to a grid; no pixel is read.
  ///
  /// - Parameter resampling: for measurements; nearest stays nearest however coarse the grid is.
  /// - Throws: `RasterError` if the two don't overlap, or their places cannot be related because
  ///   one has no reference system.
  public init(_ raster: Raster, on grid: Grid, resampling: Resampling = .bilinear) throws {
    self.raster = raster
    self.grid = grid
    place = try AlignedSource.place(of: raster, on: grid)
    if case .warped(let x, let y) = place, min(x, y) < 0.5, resampling != .nearest {
      self.resampling = .average
    } else {
      self.resampling = resampling
    }
  }

  /// Opens a raster and relates it to a grid.
  public convenience init(path: String, on grid: Grid, resampling: Resampling = .bilinear) throws {
    try self.init(Raster(path: path), on: grid, resampling: resampling)
  }

  /// Whether pixels are read as they are, without resampling.
  public var isDirect: Bool {
    if case .shifted = place { true } else { false }
  }

  /// Readies some bands for reading, so that mistakes show before any work.
  ///
  /// - Throws: `RasterError` if a band is missing or of complex type.
  public func prepare(bands: [Int]) throws {
    _ = try raster.check(Window(x: 0, y: 0, width: 0, height: 0), bands)
    if case .warped = place { _ = try measuredDataset(bands) }
  }

  /// Reads a window of the grid, planar: band after band, row after row.
  ///
  /// - Parameters:
  ///   - window: may reach beyond the grid; there it is NaN.
  ///   - bands: band numbers of the raster, from 1, in the order wanted.
  ///   - destination: `bands.count · window.pixelCount` samples, all of which are written.
  ///   - scales: overrides for each band; nil takes the file's scale and offset.
  /// - Throws: `RasterError` if GDAL cannot read.
  public func read(
    _ window: Window, bands: [Int], into destination: UnsafeMutableBufferPointer<Float>,
    scales: [BandScale]? = nil
  ) throws {
    let needed = bands.count * window.pixelCount
    precondition(destination.count >= needed, "\(destination.count) samples of \(needed)")
    guard needed > 0, let out = destination.baseAddress else { return }
    out.update(repeating: .nan, count: needed)
    guard let inside = window.intersection(grid.window) else { return }
    switch place {
    case .shifted(let x, let y):
      let there = inside.shifted(x: x, y: y).intersection(raster.grid.window)
      guard let there else { return }
      let first = (there.y - y - window.y) * window.width + there.x - x - window.x
      try raster.read(
        there, bands: bands, into: out + first, stride: window.width, plane: window.pixelCount,
        scales: scales)
    case .warped:
      let first = (inside.y - window.y) * window.width + inside.x - window.x
      let (prepared, dataset) = try measuredDataset(bands)
      try dataset.read(
        inside, bands: AlignedSource.positions(of: bands, in: prepared), into: out + first,
        type: GDT_Float32, lineBytes: window.width * 4, planeBytes: window.pixelCount * 4,
        isHarmless: AlignedSource.isUnprojectable)
      for (index, number) in bands.enumerated() {
        (scales?[index] ?? .ofFile).apply(
          to: out + first + index * window.pixelCount, width: inside.width, height: inside.height,
          stride: window.width, of: raster.bands[number - 1])
      }
    }
  }

  /// Reads a window of a label band: whole numbers of the nearest pixels, nil where not observed.
  ///
  /// - Parameter window: may reach beyond the grid; there it is nil.
  /// - Throws: `RasterError` if a label isn't a whole number of 32 bits.
  public func readClasses(_ window: Window, band: Int) throws -> [Int32?] {
    var labels = [Int32?](repeating: nil, count: window.pixelCount)
    guard let inside = window.intersection(grid.window) else { return labels }
    let found: [Int32?]
    let part: Window
    switch place {
    case .shifted(let x, let y):
      let there = inside.shifted(x: x, y: y).intersection(raster.grid.window)
      guard let there else { return labels }
      found = try raster.readClasses(there, band: band)
      part = there.shifted(x: -x, y: -y)
    case .warped:
      let (prepared, dataset) = try labelledDataset([band])
      var values = [Double](repeating: .nan, count: inside.pixelCount)
      try dataset.read(
        inside, bands: AlignedSource.positions(of: [band], in: prepared), into: &values,
        type: GDT_Float64, lineBytes: inside.width * 8, planeBytes: inside.pixelCount * 8,
        isHarmless: AlignedSource.isUnprojectable)
      found = try Raster.classes(from: values, inside, path: raster.path, band: band)
      part = inside
    }
    for row in 0..<part.height {
      let first = (part.y - window.y + row) * window.width + part.x - window.x
      labels.replaceSubrange(
        first..<(first + part.width), with: found[(row * part.width)..<((row + 1) * part.width)])
    }
    return labels
  }

  private func measuredDataset(_ bands: [Int]) throws -> (bands: [Int], dataset: Dataset) {
    if let measured, Set(bands).isSubset(of: measured.bands) { return measured }
    let made = try warp(bands, resampling, GDT_Float32, with: measured?.bands ?? [])
    measured = made
    return made
  }

  private func labelledDataset(_ bands: [Int]) throws -> (bands: [Int], dataset: Dataset) {
    if let labelled, Set(bands).isSubset(of: labelled.bands) { return labelled }
    let made = try warp(bands, .nearest, GDT_Float64, with: labelled?.bands ?? [])
    labelled = made
    return made
  }

  private func warp(
    _ bands: [Int], _ resampling: Resampling, _ type: GDALDataType, with others: [Int]
  ) throws -> (bands: [Int], dataset: Dataset) {
    guard case .warped(let x, let y) = place else { preconditionFailure("nothing to warp") }
    let all = Set(bands).union(others).sorted()
    let dataset = try WarpedDataset.make(
      of: raster, bands: all, on: grid, resampling: resampling, scale: (x, y), type: type)
    return (all, dataset)
  }

  private static func positions(of bands: [Int], in prepared: [Int]) -> [Int] {
    bands.map { (prepared.firstIndex(of: $0) ?? 0) + 1 }
  }

  /// GDAL reports target pixels outside the projection's domain as failures; they stay NaN.
  private static func isUnprojectable(_ message: String) -> Bool {
    message.hasPrefix("PROJ:") || message.hasPrefix("Reprojection failed")
      || message.contains("Full reprojection")
  }

  private static func place(of raster: Raster, on grid: Grid) throws -> Place {
    let action = "align the raster with the grid"
    let own = raster.grid
    if own.matches(grid) { return .shifted(x: 0, y: 0) }
    let isPlaced = own.hasCRS || raster.controlPointCount > 0
    guard grid.hasCRS, isPlaced else {
      let message =
        if grid.hasCRS {
          "it has no coordinate reference system, the grid has \(grid.crsName); "
            + "assign one with gdal_edit.py -a_srs"
        } else if isPlaced {
          "the grid has no coordinate reference system, the raster has "
            + (own.hasCRS ? own.crsName : "control points")
        } else {
          "neither has a coordinate reference system, and their sizes or geotransforms differ"
        }
      throw RasterError(message: message, path: raster.path, action: action)
    }
    let apart = RasterError(
      message: "the raster and the grid do not overlap", path: raster.path, action: action)
    if own.hasCRS, own.hasSameCRS(as: grid),
      let shift = own.shift(to: grid, tolerance: Grid.shiftTolerancePixels)
    {
      let there = grid.window.shifted(x: shift.x, y: shift.y)
      guard there.intersection(own.window) != nil else { throw apart }
      return .shifted(x: shift.x, y: shift.y)
    }
    return try warpedPlace(of: raster, on: grid, apart)
  }

  private static func warpedPlace(of raster: Raster, on grid: Grid, _ apart: RasterError) throws
    -> Place
  {
    let own = raster.grid
    let transformer = try Transformer(from: raster.dataset, to: grid)
    guard let there = transformer.box(width: own.width, height: own.height, toRaster: false),
      let here = transformer.box(width: grid.width, height: grid.height, toRaster: true),
      there.maxX > 0, there.maxY > 0, there.minX < Double(grid.width),
      there.minY < Double(grid.height),
      here.maxX > 0, here.maxY > 0, here.minX < Double(own.width), here.minY < Double(own.height)
    else { throw apart }
    // The size of a target pixel in source pixels, in the middle of the common part.
    let x = (max(0, there.minX) + min(Double(grid.width), there.maxX)) / 2
    let y = (max(0, there.minY) + min(Double(grid.height), there.maxY)) / 2
    let steps = transformer.transform(
      [(x - 0.5, y), (x + 0.5, y), (x, y - 0.5), (x, y + 0.5)], toRaster: true)
    guard let west = steps[0], let east = steps[1], let north = steps[2], let south = steps[3]
    else { return .warped(scaleX: 1, scaleY: 1) }
    let (a, b) = (east.x - west.x, east.y - west.y)
    let (c, d) = (south.x - north.x, south.y - north.y)
    return .warped(
      scaleX: 1 / max((a * a + c * c).squareRoot(), 1e-6),
      scaleY: 1 / max((b * b + d * d).squareRoot(), 1e-6))
  }
}
