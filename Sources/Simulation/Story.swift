/// What happens to the land: old fires, then the changes of the season, then its fires.
struct Story: Sendable {
  /// The mixtures at the first date.
  private(set) var before: [Composition]
  /// The mixtures at the second date.
  private(set) var after: [Composition]
  /// How severely each pixel burned between the dates, 0 where it didn't.
  private(set) var severity: Field

  private let seed: UInt64
  private let land: LandCover
  private let terrain: Terrain
  private let steepness: [Float]
  private var isScar: [Bool]

  /// Begins with the land as it is.
  init(seed: UInt64, land: LandCover, terrain: Terrain) {
    self.seed = seed
    self.land = land
    self.terrain = terrain
    before = land.composition
    after = before
    severity = Field(width: terrain.width, height: terrain.height)
    steepness = before.indices.map(terrain.steepness)
    isScar = [Bool](repeating: false, count: before.count)
  }

  /// Burns scars that are months old at the first date: charcoal that has faded, not to be mapped.
  mutating func burnLongBefore(share: Float) {
    var random = RandomSource(seed: seed, stream: 10)
    let (rating, _, ash) = season(
      share: share, ages: (25, 160), fuel: fuel(of: before), random: &random)
    for pixel in before.indices where rating.values[pixel] > 0 {
      isScar[pixel] = true
      before[pixel] = Severity.burned(
        before[pixel], severity: rating.values[pixel], ageDays: rating.ageDays[pixel],
        ash: ash[pixel], soil: land.soil[pixel])
    }
  }

  /// Lets the season change the land, then burns its fires.
  mutating func burn(share: Float, changes: Changes) {
    var random = RandomSource(seed: seed, stream: 11)
    after = changes.after
    for pixel in after.indices where isScar[pixel] {
      after[pixel].turn(0.5, of: .char, into: .darkSoil)
      after[pixel].turn(0.12, of: .darkSoil, into: .greenHerb)
    }
    var (rating, _, ash) = season(
      share: share, ages: (2, 66), fuel: fuel(of: after), random: &random)
    for pixel in after.indices where changes.stubbleFires[pixel] && rating.values[pixel] == 0 {
      let key = land.field[pixel]
      rating.set(
        pixel, to: 0.45 + 0.4 * RandomSource.uniform(key: key, salt: 40),
        ageDays: 3 + 50 * RandomSource.uniform(key: key, salt: 41))
    }
    severity = rating.values
    for pixel in after.indices where severity[pixel] > 0 {
      after[pixel] = Severity.burned(
        after[pixel], severity: severity[pixel], ageDays: rating.ageDays[pixel],
        ash: ash[pixel], soil: land.soil[pixel])
    }
  }

  private func season(
    share: Float, ages: (Float, Float), fuel: [Float], random: inout RandomSource
  ) -> (Severity, [Fire], Field) {
    let (width, height) = (terrain.width, terrain.height)
    var spread = FireSpread(
      fuel: fuel, elevation: terrain.elevation, width: width, height: height,
      pixelSizeMetres: FireSimulator.pixelSizeMetres, random: &random)
    let season = FireSeason(
      pixels: Int(share * Float(width * height)), ages: ages, spread: &spread, fuel: fuel,
      width: width, random: &random)
    let load = before.map { mix in
      (mix[.conifer] + 0.8 * mix[.broadleaf] + 0.7 * mix[.shrub] + 0.4 * mix[.dryHerb]).clamped
    }
    let rating = Severity(
      fires: season.fires, load: load, steepness: steepness, width: width, height: height,
      random: &random)
    let ash = FractalNoise(wavelength: 9, octaves: 3, gain: 0.7)
      .field(width: width, height: height, random: &random)
    let spots = Field(width: width, height: height) { x, y in
      ash[y * width + x].step(0.25, 0.9)
    }
    return (rating, season.fires, spots)
  }

  /// How readily each pixel burns; water, towns, bare ground, green crops and fresh scars don't.
  private func fuel(of ground: [Composition]) -> [Float] {
    ground.indices.map { pixel in
      let kind = land.cover[pixel]
      guard kind != .water, kind != .urban, kind != .bare, !isScar[pixel] else { return 0 }
      guard land.water.after[pixel] < 0.3 else { return 0 }
      let mix = ground[pixel]
      let plants =
        0.95 * mix[.dryHerb] + 0.5 * mix[.greenHerb] + 0.85 * mix[.shrub] + 0.75 * mix[.conifer]
        + 0.5 * mix[.broadleaf] + 0.7 * mix[.dead]
      let dryness = 1.15 - 0.55 * land.moisture[pixel]
      let tended: Float = kind == .crop ? 0.3 : 1
      let gaps = 1 - 1.5 * (land.settlements.road[pixel] + land.settlements.built[pixel])
      return (plants * dryness * tended * gaps.clamped).clamped
    }
  }
}
