/// Burns fires of mixed severity into a real image that has none.
///
/// It works on digital numbers of any scale: what is vegetation, dark and bright is taken from the
/// image itself. The result stands for a second acquisition: all bands get a slightly other gain and
/// new noise, so that the unburned surroundings are not the same numbers.
public struct FireIntoImage: Sendable {
  /// The image after the fires and the truth about them.
  public struct Result: Sendable, Equatable {
    /// The six planes after the fires, on the scale of the input.
    public let post: [[Float]]
    /// 0 unburned, 1 burned, 255 not observed.
    public let truth: [UInt8]
    /// 0 (unburned) … 1 (everything consumed).
    public let severity: [Float]
  }

  private let seed: UInt64
  private let burnedShare: Float

  /// Prepares the fires.
  ///
  /// - Parameters:
  ///   - seed: Chooses them.
  ///   - burnedShare: The share of the observed pixels that is aimed at, 0 … 0.5; less burns where
  ///     there is little vegetation.
  public init(seed: UInt64, burnedShare: Float = 0.1) {
    self.seed = seed
    self.burnedShare = burnedShare
  }

  /// Burns the vegetation of an image.
  ///
  /// - Parameters:
  ///   - planes: Blue, green, red, NIR, SWIR 1 and SWIR 2, each `width * height` values. Where all are
  ///     whole numbers, the result's are too, and within the range of the band.
  ///   - elevation: Metres, or nil for level ground.
  ///   - observed: Which pixels hold data; the others are returned as they are.
  ///   - width: Columns.
  ///   - height: Rows.
  ///   - pixelSizeMetres: The side of a pixel.
  public func burn(
    planes: [[Float]], elevation: [Float]?, observed: [Bool], width: Int, height: Int,
    pixelSizeMetres: Float
  ) -> Result {
    precondition(planes.count == 6, "six bands are needed, not \(planes.count)")
    precondition(
      planes.allSatisfy { $0.count == width * height } && observed.count == width * height,
      "each plane and the mask must hold \(width) × \(height) pixels")
    precondition(pixelSizeMetres > 0, "a pixel of \(pixelSizeMetres) m has no size")
    var random = RandomSource(seed: seed, stream: 50)
    let ranges = planes.map { ValueRange($0, observed: observed) }
    let vigour = Vegetation.vigour(planes: planes, ranges: ranges, observed: observed)
    let ground = Self.ground(elevation, observed, width, height)
    let fuel = vigour.map { 0.25 + 0.75 * $0 > 0.33 ? 0.25 + 0.75 * $0 : 0 }
    var spread = FireSpread(
      fuel: fuel, elevation: ground.values, width: width, height: height,
      pixelSizeMetres: pixelSizeMetres, random: &random)
    let seen = observed.reduce(0) { $0 + ($1 ? 1 : 0) }
    let season = FireSeason(
      pixels: Int(burnedShare * Float(seen)), ages: (3, 40), spread: &spread, fuel: fuel,
      width: width, random: &random)
    let slopes = Terrain.gradients(ground, pixelSizeMetres)
    let steepness = zip(slopes.x, slopes.y).map { ($0 * $0 + $1 * $1).squareRoot() }
    let rating = Severity(
      fires: season.fires, load: vigour, steepness: steepness, width: width, height: height,
      random: &random)
    let post = Self.transformed(
      planes, ranges: ranges, vigour: vigour, severity: rating.values, observed: observed,
      random: &random)
    let truth: [UInt8] = observed.indices.map { pixel in
      observed[pixel] ? (rating.values[pixel] > 0 ? 1 : 0) : 255
    }
    return Result(post: post, truth: truth, severity: rating.values.values)
  }

  /// The elevation with gaps (unobserved, not finite) filled by the mean.
  private static func ground(
    _ elevation: [Float]?, _ observed: [Bool], _ width: Int, _ height: Int
  ) -> Field {
    var field = Field(width: width, height: height)
    guard let elevation else { return field }
    precondition(
      elevation.count == width * height, "the elevation must hold \(width) × \(height) pixels")
    var sum = 0.0
    var count = 0.0
    for value in elevation where value.isFinite { (sum, count) = (sum + Double(value), count + 1) }
    let mean = Float(count > 0 ? sum / count : 0)
    for pixel in elevation.indices {
      field[pixel] = elevation[pixel].isFinite ? elevation[pixel] : mean
    }
    return field
  }

  /// Moves the burned pixels towards char, and gives every band a new gain and noise.
  private static func transformed(
    _ planes: [[Float]], ranges: [ValueRange], vigour: [Float], severity: Field,
    observed: [Bool], random: inout RandomSource
  ) -> [[Float]] {
    let (width, height) = (severity.width, severity.height)
    let mottle = FractalNoise(wavelength: 7, octaves: 3, gain: 0.8)
      .field(width: width, height: height, random: &random)
    // A pixel's light comes from its neighbours too: the burn has soft edges.
    let soft = severity.boxMean(radius: 1)
    // Char as a place between the band's dark and bright ends, and how far a full burn goes there.
    let target: [Float] = [0.08, 0.10, 0.16, 0.20, 0.62, 0.78]
    let pull: [Float] = [0.45, 0.5, 0.5, 0.85, 0.6, 0.8]
    return planes.indices.map { band in
      let range = ranges[band]
      let span = range.bright - range.dark
      let gain = random.uniform(0.97, 1.03)
      let char = range.dark + target[band] * span
      var plane = planes[band]
      for pixel in plane.indices {
        let noise = 0.012 * span * random.gaussian()
        guard observed[pixel] else { continue }
        let burn = 0.6 * severity[pixel] + 0.4 * soft[pixel]
        var value = plane[pixel]
        if severity[pixel] > 0 {
          let strength = (burn * (1.05 + 0.25 * mottle[pixel])).clamped
          let level = char * (1 + 0.08 * mottle[pixel])
          value += (level - value) * pull[band] * strength
          value += span * 0.3 * (mottle[pixel] - 0.75).clamped * (strength - 0.5).clamped
        }
        value = range.dark + (value - range.dark) * gain + noise
        plane[pixel] =
          range.isWhole ? value.rounded().clamped(range.least, range.most) : max(value, range.least)
      }
      return plane
    }
  }
}

/// What values a band takes.
private struct ValueRange {
  /// The second and ninety-eighth percentile.
  var dark: Float = 0
  var bright: Float = 1
  /// The extremes.
  var least: Float = 0
  var most: Float = 1
  /// Whether all are whole numbers.
  var isWhole = true

  init(_ plane: [Float], observed: [Bool]) {
    var values: [Float] = []
    values.reserveCapacity(plane.count)
    for pixel in plane.indices where observed[pixel] { values.append(plane[pixel]) }
    values.sort()
    guard let first = values.first, let last = values.last else { return }
    (least, most) = (first, last)
    dark = values[values.count / 50]
    bright = max(values[values.count - 1 - values.count / 50], dark + .leastNormalMagnitude)
    isWhole = values.allSatisfy { $0 == $0.rounded() }
  }
}

/// Finds the plants in an image without calibration.
private enum Vegetation {
  /// How green each pixel is, 0 (not vegetated, or not observed) … 1.
  ///
  /// A vegetation index of values relative to each band's range is split by Otsu's threshold, twice:
  /// water and land first, then what is built or bare and what is green.
  static func vigour(planes: [[Float]], ranges: [ValueRange], observed: [Bool]) -> [Float] {
    let index: [Float] = observed.indices.map { pixel in
      guard observed[pixel] else { return -1 }
      let red = relative(planes[2][pixel], ranges[2])
      let nir = relative(planes[3][pixel], ranges[3])
      return ((nir - red) / (nir + red)).clamped(-1, 1)
    }
    var values: [Float] = []
    for pixel in index.indices where observed[pixel] { values.append(index[pixel]) }
    guard !values.isEmpty else { return index.map { _ in 0 } }
    let first = otsu(values)
    let land = values.filter { $0 > first }
    let second = land.isEmpty ? first : otsu(land)
    let low = 0.5 * (first + second)
    let sorted = land.isEmpty ? values.sorted() : land.sorted()
    let high = max(sorted[sorted.count * 19 / 20], low + 0.05)
    return index.indices.map { pixel in
      observed[pixel] ? ((index[pixel] - low) / (high - low)).clamped : 0
    }
  }

  private static func relative(_ value: Float, _ range: ValueRange) -> Float {
    0.05 + ((value - range.dark) / (range.bright - range.dark)).clamped(0, 1.5)
  }

  /// The threshold with the largest variance between the classes (Otsu 1979).
  private static func otsu(_ values: [Float]) -> Float {
    var counts = [Double](repeating: 0, count: 256)
    for value in values { counts[Int((value + 1) * 127.5)] += 1 }
    let total = Double(values.count)
    var mean = 0.0
    for bin in 0..<256 { mean += Double(bin) * counts[bin] / total }
    var (weight, sum, best, place) = (0.0, 0.0, -1.0, 0)
    for bin in 0..<255 {
      weight += counts[bin] / total
      sum += Double(bin) * counts[bin] / total
      guard weight > 0, weight < 1 else { continue }
      let difference = mean * weight - sum
      let variance = difference * difference / (weight * (1 - weight))
      if variance > best { (best, place) = (variance, bin) }
    }
    return (Float(place) + 0.5) / 127.5 - 1
  }
}
