import Rasters
import Simulation

/// Writes simulated scenes as GeoTIFFs.
public struct SimulatedFiles {
  /// Where the simulated scene lies: UTM zone 29 north, in the open Atlantic, so that nobody takes
  /// it for a real place.
  private static let crs = "EPSG:32629"
  private static let origin = (x: 300_000.0, y: 4_300_000.0)

  /// The classes of the truth.
  private static let classes = [
    RasterClass(
      value: 0, name: "unburned", colour: Colour(red: 247, green: 247, blue: 247), code: 0),
    RasterClass(value: 1, name: "burned", colour: Colour(red: 215, green: 48, blue: 39), code: 1),
  ]

  /// Where moderate and high severity begin; any fire is at least low.
  private static let severityThresholds: [Float] = [0.3, 0.6]

  /// What files start with: a folder and the beginning of a name.
  public let prefix: String
  /// Whether existing files are replaced.
  public let overwrites: Bool
  /// The files written.
  public private(set) var written: [String] = []

  /// Names the files to write: `PREFIX_pre.tif`, `_post.tif`, `_truth.tif`, `_severity.tif`,
  /// `_dem.tif`.
  public init(prefix: String, overwrites: Bool) {
    self.prefix = prefix
    self.overwrites = overwrites
  }

  /// Simulates a pair of scenes before and after fires, with truth and terrain.
  ///
  /// - Parameters:
  ///   - seed: Decides everything.
  ///   - side: Side in pixels, at least 32.
  public mutating func writeScene(seed: UInt64, side: Int) throws {
    try checkTargets(["pre", "post", "truth", "severity", "dem"])
    let scene = FireSimulator(seed: seed, width: side, height: side).run()
    let size = Double(FireSimulator.pixelSizeMetres)
    let grid = try Grid(
      width: scene.width, height: scene.height,
      geotransform: [SimulatedFiles.origin.x, size, 0, SimulatedFiles.origin.y, 0, -size],
      crs: SimulatedFiles.crs)
    for (role, planes, date) in [
      ("pre", scene.pre, scene.preDate), ("post", scene.post, scene.postDate),
    ] {
      var description = RasterDescription(
        grid: grid, type: .uint16, bands: scene.bandNames, nodata: 0,
        metadata: [
          "TIFFTAG_SOFTWARE": "rspipe \(Version.text)", "RSPIPE_ACQUISITION_DATE": date,
          "RSPIPE_SIMULATION": "fires, seed \(seed)",
        ])
      description.scale = 0.001
      try write(planes, description, role)
    }
    let metadata = ["RSPIPE_SIMULATION": "fires, seed \(seed)"]
    try writeTruth(scene.truth, grid, metadata)
    try writeSeverity(scene.severity, scene.truth, grid, metadata)
    try write(
      [scene.elevation.map { Int16(max(-500, min(9000, $0.rounded()))) }],
      RasterDescription(grid: grid, type: .int16, bands: ["elevation"]), "dem")
  }

  /// Burns a fire of mixed severity into a real image.
  ///
  /// - Parameters:
  ///   - seed: Decides where and how.
  ///   - image: Six bands: blue, green, red, nir, swir1, swir2.
  ///   - elevation: A DEM of the place, on any grid; nil: flat.
  ///   - burnedShare: About how much of the observed pixels burns.
  public mutating func burn(
    seed: UInt64, image: String, elevation: String?, burnedShare: Double
  ) throws {
    try checkTargets(["post", "truth", "severity"])
    let raster = try Raster(path: image)
    guard raster.bands.count == 6 else {
      throw RunError(
        .input,
        "\(image): a fire needs the six bands blue, green, red, nir, swir1 and swir2; "
          + "the file has \(raster.bands.count)")
    }
    let grid = raster.grid
    let samples = try raster.read(
      grid.window, bands: Array(1...6), scales: Array(repeating: .none, count: 6))
    let count = grid.window.pixelCount
    let planes = (0..<6).map { Array(samples[$0 * count..<($0 + 1) * count]) }
    let observed = (0..<count).map { pixel in planes.allSatisfy { !$0[pixel].isNaN } }
    let heights = try elevation.map {
      try AlignedSource(path: $0, on: grid).heights(grid.window)
    }
    let pixelSize = grid.pixelAreaSquareMetres(row: grid.height / 2)?.squareRoot() ?? 30
    let result = FireIntoImage(seed: seed, burnedShare: Float(burnedShare)).burn(
      planes: planes.map { plane in plane.map { $0.isNaN ? 0 : $0 } }, elevation: heights,
      observed: observed, width: grid.width, height: grid.height, pixelSizeMetres: Float(pixelSize))
    let metadata = [
      "TIFFTAG_SOFTWARE": "rspipe \(Version.text)",
      "RSPIPE_SIMULATION": "fire in \(FileSystem.name(image)), seed \(seed)",
    ]
    let description = RasterDescription(
      grid: grid, type: .byte, bands: ["blue", "green", "red", "nir", "swir1", "swir2"],
      nodata: raster.bands[0].nodata ?? 0, metadata: metadata)
    let post: [[UInt8]] = zip(result.post, planes).map { (post: [Float], pre: [Float]) -> [UInt8] in
      zip(post, pre).map { (post: Float, pre: Float) -> UInt8 in
        pre.isNaN ? UInt8(description.nodata) : UInt8(max(1, min(255, post.rounded())))
      }
    }
    try write(post, description, "post")
    try writeTruth(result.truth, grid, metadata)
    try writeSeverity(result.severity, result.truth, grid, metadata)
  }

  private mutating func writeTruth(
    _ truth: [UInt8], _ grid: Grid, _ metadata: [String: String]
  ) throws {
    try write(
      [truth],
      .classMap(
        grid: grid, band: "burned", classes: SimulatedFiles.classes, metadata: metadata), "truth")
  }

  /// Classes of severity, known where the truth is.
  private mutating func writeSeverity(
    _ severity: [Float], _ truth: [UInt8], _ grid: Grid, _ metadata: [String: String]
  ) throws {
    let classes = zip(severity, truth).map { severity, truth in
      truth == 1 ? UInt8(1 + SimulatedFiles.severityThresholds.count { severity >= $0 }) : truth
    }
    try write(
      [classes],
      .classMap(
        grid: grid, band: "severity", classes: SeverityClasses.all, metadata: metadata), "severity")
  }

  private mutating func write<Sample: RasterSample>(
    _ planes: [[Sample]], _ description: RasterDescription, _ role: String
  ) throws {
    let path = "\(prefix)_\(role).tif"
    try FileSystem.makeDirectory(FileSystem.directory(path))
    var description = description
    // samples are to be small: they travel with the program
    (description.hasOverviews, description.level) = (false, 9)
    let writer = try RasterWriter(path: path, description: description)
    for (index, plane) in planes.enumerated() {
      try writer.write(description.grid.window, band: index + 1, plane)
    }
    try writer.finish()
    written.append(path)
  }

  private func checkTargets(_ roles: [String]) throws {
    guard !overwrites else { return }
    for role in roles where FileSystem.exists("\(prefix)_\(role).tif") {
      throw RunError(
        .usage, "\(prefix)_\(role).tif: exists; use --overwrite to replace it")
    }
  }
}

extension AlignedSource {
  /// Heights of a window, 0 where not observed.
  fileprivate func heights(_ window: Window) throws -> [Float] {
    var heights = [Float](repeating: 0, count: window.pixelCount)
    try heights.withUnsafeMutableBufferPointer { try read(window, bands: [1], into: $0) }
    return heights.map { $0.isNaN ? 0 : $0 }
  }
}
