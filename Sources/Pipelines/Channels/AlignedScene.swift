import Rasters

/// Where the bands of a scene are, all on one grid: the artifact of the stage `align`.
public struct AlignedScene: Codable, Equatable, Sendable {
  /// One band.
  public struct Band: Codable, Equatable, Sendable {
    /// `pre.nir`, or the name of a layer.
    public var name: String
    /// The position of its file in `sources`.
    public var source: Int
    /// The band number in the file, from 1.
    public var number: Int
    /// The factor, where it isn't the file's own.
    public var scale: Double?
    /// The term, where it isn't the file's own.
    public var offset: Double?
  }

  /// One file.
  public struct Source: Codable, Equatable, Sendable {
    /// The path.
    public var path: String
    /// The value that means not observed, where it isn't the file's own.
    public var nodata: Double?
    /// How it is resampled if it lies on another grid.
    public var resampling: String
  }

  /// Pixels that are hidden.
  public struct Mask: Codable, Equatable, Sendable {
    /// A raster on the grid; what isn't 0 is hidden.
    public var path: String
    /// Whether hidden pixels are left out as labels only, and are mapped all the same.
    public var hidesLabelsOnly: Bool
  }

  /// The file whose pixels are the grid.
  public var gridPath: String
  /// The files.
  public var sources: [Source]
  /// The bands in order.
  public var bands: [Band]
  /// The acquisition date of each image, where known.
  public var dates: [String: String]
  /// The pixels that are hidden; nil: none.
  public var mask: Mask?

  /// The names of the bands.
  public var bandNames: [String] { bands.map(\.name) }

  /// Relates the images of a scene to one grid; reads headers only.
  ///
  /// - Parameters:
  ///   - rasters: The images by name.
  ///   - order: The images in the order of their bands.
  ///   - bands: Names or numbers of the bands wanted from each image.
  ///   - layers: Rasters of one band, whose name is the band's.
  ///   - gridImage: The image that gives the grid.
  ///   - resampling: How an image on another grid is resampled.
  /// - Throws: `RasterError` or `RunError` naming the file.
  public init(
    rasters: [String: SceneRaster], order: [String], bands wanted: [String], layers: [String] = [],
    gridImage: String, resampling: Resampling
  ) throws {
    guard let gridRaster = rasters[gridImage] else {
      throw RunError(.usage, "no image '\(gridImage)' to take the grid from")
    }
    gridPath = gridRaster.path
    (sources, bands, dates) = ([], [], [:])
    for image in order {
      let (declared, raster) = try add(image, rasters, resampling)
      dates[image] = declared.date ?? raster.acquisitionDate
      for name in wanted {
        add("\(image).\(name)", try AlignedScene.number(of: name, in: raster, declared), declared)
      }
    }
    for layer in layers {
      let (declared, raster) = try add(layer, rasters, resampling)
      let count = raster.bands.count { !$0.isAlpha }
      guard count == 1 else {
        throw RunError(
          .input,
          "\(declared.path): has \(count) bands, and '\(layer)' is a layer of one; name it by "
            + "'rasters', or extract the band")
      }
      add(layer, 1, declared)
    }
  }

  /// Opens a file and adds it to the sources.
  private mutating func add(
    _ name: String, _ rasters: [String: SceneRaster], _ resampling: Resampling
  ) throws -> (SceneRaster, Raster) {
    guard let declared = rasters[name] else { throw RunError(.usage, "no image '\(name)'") }
    let raster = try Raster(path: declared.path, nodata: declared.nodata)
    try AlignedScene.checkCounts(declared, raster)
    sources.append(
      Source(path: declared.path, nodata: declared.nodata, resampling: resampling.rawValue))
    return (declared, raster)
  }

  /// Adds a band of the latest source.
  private mutating func add(_ name: String, _ number: Int, _ declared: SceneRaster) {
    bands.append(
      Band(
        name: name, source: sources.count - 1, number: number,
        scale: AlignedScene.item(declared.scale, number),
        offset: AlignedScene.item(declared.offset, number)))
  }

  /// Opens the bands for one thread, on the scene's grid or on another.
  public func open(on other: Grid? = nil) throws -> BandSet {
    let grid = try other ?? self.grid()
    let aligned = try sources.map { source in
      try AlignedSource(
        Raster(path: source.path, nodata: source.nodata), on: grid,
        resampling: Resampling(rawValue: source.resampling) ?? .bilinear)
    }
    return try BandSet(
      grid: grid,
      members: bands.map {
        BandSet.Member(
          name: $0.name, source: aligned[$0.source], band: $0.number, scale: $0.scale,
          offset: $0.offset)
      })
  }

  /// The grid of all bands.
  public func grid() throws -> Grid { try Raster(path: gridPath).grid }

  /// These bands only.
  public func selecting(_ names: [String]) throws -> AlignedScene {
    var selected = self
    selected.bands = try names.map { name in
      guard let band = bands.first(where: { $0.name == name }) else {
        throw RunError(
          .input, "no band '\(name)'; there are \(bandNames.joined(separator: ", "))")
      }
      return band
    }
    return selected
  }

  private static func number(
    of name: String, in raster: Raster, _ declared: SceneRaster
  ) throws -> Int {
    guard !declared.bands.isEmpty else { return try raster.bandNumber(named: name) }
    guard let position = declared.bands.firstIndex(of: name) else {
      throw RunError(
        .input,
        "\(declared.path): no band '\(name)' among those named by 'bands': "
          + declared.bands.joined(separator: ", "))
    }
    return position + 1
  }

  /// Lists in the file's order must be as long as the file has bands, or mean others than written.
  private static func checkCounts(_ declared: SceneRaster, _ raster: Raster) throws {
    let count = raster.bands.count { !$0.isAlpha }
    func error(_ key: String, _ found: Int, _ mend: String) -> RunError {
      RunError(
        .input, "\(declared.path): '\(key)' lists \(found), the file has \(count) bands: \(mend)")
    }
    if !declared.bands.isEmpty, declared.bands.count != count {
      throw error("bands", declared.bands.count, "name all of them in order")
    }
    for (key, list) in [("scale", declared.scale), ("offset", declared.offset)]
    where list.count > 1 && list.count != count {
      throw error(key, list.count, "give one number for all or one for each")
    }
  }

  private static func item(_ values: [Double], _ number: Int) -> Double? {
    values.count == 1 ? values[0] : values.indices.contains(number - 1) ? values[number - 1] : nil
  }
}
