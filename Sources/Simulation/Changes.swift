/// What changes between the dates without any fire: the drying of grass, and all that fools an index.
struct Changes: Sendable {
  /// The mixtures at the second date, before the fires are burned into them.
  private(set) var after: [Composition]
  /// How wet the ground is at the second date, 0 … 1.
  private(set) var wetness: Field
  /// The share of snow at the first date, 0 … 1.
  private(set) var snow: Field
  /// Fields whose stubble is burned off between the dates.
  private(set) var stubbleFires: [Bool]

  /// Changes a land.
  ///
  /// - Parameters:
  ///   - before: The mixtures at the first date.
  ///   - strength: How many changes there are: 1 is usual, 0 none but phenology.
  init(
    seed: UInt64, land: LandCover, terrain: Terrain, before: [Composition], strength: Float
  ) {
    var random = RandomSource(seed: seed, stream: 5)
    let (width, height) = (terrain.width, terrain.height)
    let drying = FractalNoise(wavelength: 160, octaves: 5, gain: 0.6)
      .field(width: width, height: height, random: &random).ranked()
    let rain = FractalNoise(wavelength: 330, octaves: 4)
      .field(width: width, height: height, random: &random).ranked()
    let drifts = FractalNoise(wavelength: 14, octaves: 4, gain: 0.7)
      .field(width: width, height: height, random: &random)
    after = before
    stubbleFires = [Bool](repeating: false, count: before.count)
    wetness = Field(width: width, height: height) { x, y in
      0.85 * strength.clamped * rain[y * width + x].step(0.86, 0.97)
    }
    let heights = Field(width: width, height: height) { x, y in terrain.elevation[y * width + x] }
    let rank = heights.ranked()
    let peak = terrain.elevation.max() ?? 0
    snow = Field(width: width, height: height) { x, y in
      let pixel = y * width + x
      guard peak > 900 else { return 0 }
      let shaded = (-terrain.gradientY[pixel]).clamped(-0.4, 0.4)
      let height = (rank[pixel] - 0.9955) * 150 - 0.8 * shaded + 1.1 * drifts[pixel]
      return strength.clamped * height.step(0.2, 0.5) * (rank[pixel] > 0.99 ? 1 : 0)
    }
    for pixel in before.indices {
      ripen(pixel, dryness: drying[pixel], land)
      if strength > 0 && land.field[pixel] != 0 { till(pixel, land, strength) }
      if land.cover[pixel] == .forest { fell(pixel, land, strength) }
      flood(pixel, land)
    }
  }

  /// Grass dries, and broad leaves turn a little.
  private mutating func ripen(_ pixel: Int, dryness: Float, _ land: LandCover) {
    let dry = (0.25 + 0.6 * dryness) * (1.1 - 0.5 * land.moisture[pixel])
    after[pixel].turn(dry.clamped(0, 0.9), of: .greenHerb, into: .dryHerb)
    after[pixel].turn(0.04 + 0.1 * dryness, of: .broadleaf, into: .dryHerb)
    after[pixel].turn(0.05 * dryness, of: .conifer, into: .dead)
    let stress = 0.16 * dryness * (1 - land.moisture[pixel])
    after[pixel].turn(stress, of: .shrub, into: .dead)
    // Dry grass is grazed and trampled.
    let grazed = after[pixel][.dryHerb] * (0.05 + 0.2 * dryness)
    after[pixel][.dryHerb] -= grazed
    land.addSoil(&after[pixel], grazed, pixel)
  }

  /// Fields are harvested, ploughed, sown, left dry, or burned off.
  private mutating func till(_ pixel: Int, _ land: LandCover, _ strength: Float) {
    let key = land.field[pixel]
    let fate = RandomSource.uniform(key: key, salt: 20) / strength
    let tone = RandomSource.uniform(key: key, salt: 21)
    var mix = after[pixel]
    if mix[.greenCrop] > 0.25 {
      switch fate {
      case ..<0.11:  // Harvested: stubble remains.
        let crop = mix[.greenCrop]
        mix[.greenCrop] = 0.04 * crop
        mix[.dryHerb] += (0.45 + 0.3 * tone) * crop
        land.addSoil(&mix, (0.5 - 0.3 * tone) * crop, pixel)
      case ..<0.17: plough(&mix, tone)
      case ..<0.25:  // The water was turned off.
        mix.turn(0.5 + 0.35 * tone, of: .greenCrop, into: .dryHerb)
      default: mix.turn(0.1, of: .greenCrop, into: .dryHerb)
      }
    } else {
      switch fate {
      case ..<0.09: plough(&mix, tone)
      case ..<0.2:  // Sown, and green by the second date.
        let total = 0.6 + 0.3 * tone
        mix *= 1 - total
        mix[.greenCrop] += total * 0.95
      case ..<0.235:
        if mix[.dryHerb] > 0.35 { stubbleFires[pixel] = true }
      default: break
      }
    }
    after[pixel] = mix
  }

  /// Turns a field over: moist, dark clods, no char.
  private func plough(_ mix: inout Composition, _ tone: Float) {
    mix *= 0.25
    mix[.darkSoil] += 0.45 + 0.2 * tone
    mix[.redSoil] += 0.12 * (1 - tone)
  }

  /// Some forest stands are cut: slash, soil and a little that was left standing.
  private mutating func fell(_ pixel: Int, _ land: LandCover, _ strength: Float) {
    let key = land.stand[pixel]
    guard RandomSource.uniform(key: key, salt: 30) < 0.022 * strength else { return }
    let tone = RandomSource.uniform(key: key, salt: 31)
    let trees = after[pixel][.conifer] + after[pixel][.broadleaf]
    for tree in [Material.conifer, .broadleaf] { after[pixel][tree] *= 0.07 }
    after[pixel][.dead] += trees * (0.35 + 0.3 * tone)
    after[pixel][.shrub] += trees * 0.08
    land.addSoil(&after[pixel], trees * (0.6 - 0.3 * tone), pixel)
  }

  /// The water rises over the shore, or falls and leaves mud.
  private mutating func flood(_ pixel: Int, _ land: LandCover) {
    let (was, now) = (land.water.before[pixel], land.water.after[pixel])
    guard was != now else { return }
    if now > was {
      after[pixel] *= 1 - now
      after[pixel][.turbidWater] += 0.8 * now
      after[pixel][.clearWater] += 0.2 * now
    } else {
      let bared = was - now
      after[pixel] *= 1 - bared
      after[pixel][.darkSoil] += 0.55 * bared
      after[pixel][.turbidWater] += 0.25 * bared
      land.addSoil(&after[pixel], 0.2 * bared, pixel)
    }
  }
}
