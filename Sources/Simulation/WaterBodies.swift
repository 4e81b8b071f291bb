/// Rivers, reservoirs and ponds, with their levels at both dates.
struct WaterBodies: Sendable {
  /// The share of each pixel under water before.
  private(set) var before: Field
  /// The share of each pixel under water after.
  private(set) var after: Field
  /// How turbid the water is, 0 clear … 1 brown.
  private(set) var turbidity: Field

  /// Dams some valleys and lets the levels change between the dates.
  ///
  /// - Parameter change: How strongly levels change; 1 is usual, 0 keeps them.
  init(seed: UInt64, terrain: Terrain, change: Float) {
    var random = RandomSource(seed: seed, stream: 2)
    let (width, height) = (terrain.width, terrain.height)
    let scale = Float(width * height)
    before = Self.rivers(terrain)
    after = before
    turbidity = FractalNoise(wavelength: 180, octaves: 3)
      .field(width: width, height: height, random: &random).ranked()
    // Two reservoirs that fall, one that rises, and ponds of either kind.
    let shares: [(Float, Float)] = [
      (0.008, 0.66), (0.004, 0.8), (0.0035, 1.5), (0.0016, 0.55), (0.0012, 1), (0.0006, 0.7),
      (0.0004, 1.4), (0.0003, 0.4), (0.0003, 1), (0.0002, 0.3),
    ]
    let shore = FractalNoise(wavelength: 24, octaves: 4, gain: 0.6)
      .field(width: width, height: height, random: &random)
    var taken: [Int] = []
    for (share, ratio) in shares {
      let pixels = Int(share * scale)
      guard pixels >= 8, let dam = Self.dam(terrain, pixels, taken, &random) else { continue }
      taken.append(dam)
      let later = Int(Float(pixels) * max(0, 1 + (ratio - 1) * change))
      let lake = terrain.drainage.lake(
        behind: dam, pixels: max(pixels, later), elevation: terrain.elevation, width: width)
      Self.fill(&before, lake.prefix(pixels), shore)
      Self.fill(&after, lake.prefix(later), shore)
      let mud = random.uniform(-0.3, 0.3)
      for pixel in lake { turbidity[pixel] = (turbidity[pixel] + mud).clamped }
    }
  }

  /// Adds a lake, with shores rounded by waves and roughened by noise.
  private static func fill(_ water: inout Field, _ lake: ArraySlice<Int>, _ shore: Field) {
    var mask = Field(width: water.width, height: water.height)
    for pixel in lake { mask[pixel] = 1 }
    mask = mask.boxMean(radius: 2).boxMean(radius: 2)
    for pixel in mask.values.indices where mask[pixel] > 0.02 {
      water[pixel] = max(water[pixel], (mask[pixel] + 0.3 * shore[pixel]).step(0.34, 0.5))
    }
  }

  /// Rivers as wide as their catchment makes them, from streams of part of a pixel to two pixels.
  private static func rivers(_ terrain: Terrain) -> Field {
    var share = Field(width: terrain.width, height: terrain.height)
    for (pixel, area) in terrain.drainage.area.enumerated() where area > 9000 {
      let width = (area / 45_000).squareRoot()
      share[pixel] = max(share[pixel], min(width, 1))
      let (x, y) = (pixel % terrain.width, pixel / terrain.width)
      guard width > 0.8, x > 0, y > 0 else { continue }
      let side = (0.7 * (width - 0.8)).clamped
      share[pixel - 1] = max(share[pixel - 1], side)
      share[pixel - terrain.width] = max(share[pixel - terrain.width], side)
    }
    return share
  }

  /// A place whose catchment is large enough for a lake of that size, away from the other dams.
  private static func dam(
    _ terrain: Terrain, _ pixels: Int, _ taken: [Int], _ random: inout RandomSource
  ) -> Int? {
    var best: (score: Float, pixel: Int)?
    for _ in 0..<400 {
      var pixel = random.index(below: terrain.elevation.count)
      // Follow the water down to where enough has gathered.
      for _ in 0..<400 where terrain.drainage.area[pixel] < 9 * Float(pixels) {
        pixel = Int(terrain.drainage.receiver[pixel])
      }
      let (x, y) = (pixel % terrain.width, pixel / terrain.width)
      let area = terrain.drainage.area[pixel]
      guard area >= 5 * Float(pixels), area < 60 * Float(pixels) else { continue }
      guard min(x, y, terrain.width - 1 - x, terrain.height - 1 - y) > 8 else { continue }
      var distance: Float = 400
      for other in taken {
        let (dx, dy) = (Float(x - other % terrain.width), Float(y - other / terrain.width))
        distance = min(distance, (dx * dx + dy * dy).squareRoot())
      }
      let score = distance + random.uniform(0, 60)
      if best.map({ score > $0.score }) ?? true { best = (score, pixel) }
    }
    return best?.pixel
  }
}
