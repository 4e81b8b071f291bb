/// The clouds of one acquisition and their shadows on the ground.
struct Clouds: Sendable {
  /// How much of the ground's light the cloud covers, 0 … 1.
  private(set) var opacity: Field
  /// How deep the shadow is, 0 … 1.
  private(set) var shadow: Field
  private let brightness: Field

  /// The reflectance of a bright, thick cloud of water drops (typical values).
  static let thick = Bands(0.62, 0.63, 0.65, 0.68, 0.52, 0.40, 0, 0)

  /// From here on the ground is not recognisable: the truth is left open.
  static let hiddenOpacity: Float = 0.4
  /// From here on the shadow is too deep to recognise the ground.
  static let hiddenShadow: Float = 0.5

  /// Makes the clouds of a date.
  ///
  /// - Parameters:
  ///   - stream: A number of its own for each date.
  ///   - share: The share of the scene under thick cloud; thin cloud and shadow come on top.
  init(
    seed: UInt64, stream: UInt64, width: Int, height: Int, share: Float, sun: Illumination,
    pixelSizeMetres: Float
  ) {
    var random = RandomSource(seed: seed, stream: stream)
    func noise(_ wavelength: Float, _ octaves: Int, _ stretch: Float = 1) -> Field {
      FractalNoise(wavelength: wavelength, octaves: octaves, gain: 0.58, stretch: stretch)
        .field(width: width, height: height, random: &random)
    }
    let regions = noise(420, 3)
    let heaps = noise(58, 6)
    let heights = random.uniform(900, 2100)
    var cumulus = Field(width: width, height: height)
    for pixel in cumulus.values.indices {
      cumulus[pixel] = heaps[pixel] + 1.3 * regions[pixel]
    }
    let rank = cumulus.ranked()
    let veil = noise(300, 5, 2.6).ranked()
    let threshold = 1 - 1.35 * share
    let thickness = Field(width: width, height: height) { x, y in
      rank[y * width + x].step(threshold - 0.35 * share, threshold + 0.65 * share)
    }
    let thin = 2.2 * share
    opacity = Field(width: width, height: height) { x, y in
      let pixel = y * width + x
      let cirrus = 0.24 * veil[pixel].step(1 - thin, 1) * (1 + 0.3 * heaps[pixel]).clamped(0.4, 1.4)
      return share > 0 ? max(0.97 * thickness[pixel], cirrus) : 0
    }
    brightness = Field(width: width, height: height) { x, y in
      (0.82 + 0.25 * heaps[y * width + x]).clamped(0.6, 1.15)
    }
    let offset = sun.shadowOffset(cloudHeightMetres: heights, pixelSizeMetres: pixelSizeMetres)
    let cast = Field(width: width, height: height) { x, y in
      let (u, v) = (x - offset.x, y - offset.y)
      // Clouds beyond the edge are unknown: no shadow falls from there.
      guard share > 0, u >= 0, v >= 0, u < width, v < height else { return 0 }
      return thickness[v * width + u]
    }
    // The sun is a disc and the cloud's base uneven: shadows have soft edges.
    shadow = cast.boxMean(radius: 1).boxMean(radius: 1)
  }

  /// Whether the ground cannot be recognised.
  func hides(_ pixel: Int) -> Bool {
    opacity[pixel] > Self.hiddenOpacity || shadow[pixel] > Self.hiddenShadow
  }

  /// What the sensor sees of a pixel through the cloud and its shadow.
  func seen(_ ground: Bands, _ pixel: Int) -> Bands {
    let dark = shadow[pixel]
    let lit = dark > 0 ? ground * Illumination.shadow(depth: 0.92 * dark) : ground
    let cover = opacity[pixel]
    guard cover > 0 else { return lit }
    return lit * (1 - cover) + Self.thick * (brightness[pixel] * cover)
  }
}
