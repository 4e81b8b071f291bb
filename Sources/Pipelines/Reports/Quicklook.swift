import Rasters

/// Small pictures of a scene for the report, all on one coarse grid.
struct Quicklook {
  /// The grid of all pictures.
  let grid: Grid
  private let aligned: AlignedScene

  /// Side of a picture in pixels, at most.
  static let side = 640

  init(_ aligned: AlignedScene) throws {
    self.aligned = aligned
    grid = try aligned.grid().coarsened(toSide: Quicklook.side)
  }

  /// A false-colour picture of an image, every image of the scene stretched alike.
  ///
  /// Short-wave infrared, near infrared and red where the image has them: vegetation is green,
  /// burned ground red-brown, water dark; else its first three bands.
  func composite(of image: String, stretchedAs reference: String) throws -> PNGImage {
    let bands = composition(of: image)
    let planes = try read(bands)
    let limits = try Quicklook.limits(
      read(composition(of: reference)), count: grid.window.pixelCount)
    var picture = PNGImage(width: grid.width, height: grid.height)
    let count = grid.window.pixelCount
    for pixel in 0..<count {
      let values = (0..<3).map { planes[$0 * count + pixel] }
      guard values.allSatisfy({ !$0.isNaN }) else { continue }
      let bytes = zip(values, limits).map { value, limit in
        UInt8(max(0, min(255, 255 * (value - limit.low) / max(limit.high - limit.low, 1e-6))))
      }
      picture.set(pixel, Colour(red: bytes[0], green: bytes[1], blue: bytes[2]))
    }
    return picture
  }

  /// A class raster in its colours; transparent where not observed.
  func classes(of path: String, colours: [Colour]) throws -> PNGImage {
    let source = try AlignedSource(Raster(path: path), on: grid, resampling: .nearest)
    var picture = PNGImage(width: grid.width, height: grid.height)
    for (pixel, value) in try source.readClasses(grid.window, band: 1).enumerated() {
      guard let value, colours.indices.contains(Int(value)) else { continue }
      picture.set(pixel, colours[Int(value)])
    }
    return picture
  }

  /// A raster of numbers on a ramp of colours; transparent where not observed.
  func ramp(of path: String, from low: Float, to high: Float) throws -> PNGImage {
    let source = try AlignedSource(Raster(path: path), on: grid, resampling: .average)
    var values = [Float](repeating: 0, count: grid.window.pixelCount)
    try values.withUnsafeMutableBufferPointer {
      try source.read(grid.window, bands: [1], into: $0)
    }
    var picture = PNGImage(width: grid.width, height: grid.height)
    for (pixel, value) in values.enumerated() where !value.isNaN {
      picture.set(pixel, ColourRamp.heat.colour(Double((value - low) / (high - low))))
    }
    return picture
  }

  private func composition(of image: String) -> [String] {
    let names = aligned.bandNames.filter { $0.hasPrefix("\(image).") }
    let wanted = ["swir2", "nir", "red"].map { "\(image).\($0)" }
    if wanted.allSatisfy(names.contains) { return wanted }
    return (0..<3).map { names[min($0, names.count - 1)] }
  }

  private func read(_ bands: [String]) throws -> [Float] {
    try aligned.selecting(bands).open(on: grid).read(grid.window)
  }

  /// The 2nd and 98th percentile of each of three planes.
  private static func limits(_ planes: [Float], count: Int) throws -> [(low: Float, high: Float)] {
    (0..<3).map { band in
      let values = planes[band * count..<(band + 1) * count].filter { !$0.isNaN }.sorted()
      guard !values.isEmpty else { return (0, 1) }
      return (values[values.count / 50], values[values.count - 1 - values.count / 50])
    }
  }
}

/// Colours along a line from 0 to 1.
struct ColourRamp {
  let stops: [(at: Double, colour: Colour)]

  /// Pale yellow over orange to dark red: readable in grey as well.
  static let heat = ColourRamp(stops: [
    (0, Colour(red: 255, green: 255, blue: 229)), (0.3, Colour(red: 254, green: 227, blue: 145)),
    (0.6, Colour(red: 236, green: 112, blue: 20)), (1, Colour(red: 102, green: 37, blue: 6)),
  ])

  /// The colour of a value; beyond the ends that of the end.
  func colour(_ value: Double) -> Colour {
    guard let upper = stops.firstIndex(where: { value < $0.at }) else {
      return stops[stops.count - 1].colour
    }
    guard upper > 0 else { return stops[0].colour }
    let (a, b) = (stops[upper - 1], stops[upper])
    let share = (value - a.at) / (b.at - a.at)
    func mix(_ first: UInt8, _ second: UInt8) -> UInt8 {
      UInt8((Double(first) + share * (Double(second) - Double(first))).rounded())
    }
    return Colour(
      red: mix(a.colour.red, b.colour.red), green: mix(a.colour.green, b.colour.green),
      blue: mix(a.colour.blue, b.colour.blue))
  }
}
