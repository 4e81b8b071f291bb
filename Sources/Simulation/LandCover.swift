/// What a pixel is mostly made of.
enum Cover: UInt8, CaseIterable, Sendable {
  case forest, shrub, grass, crop, bare, urban, water
}

/// The land before any fire: what covers each pixel, and of what materials it is mixed.
struct LandCover: Sendable {
  /// The class of each pixel.
  private(set) var cover: [Cover]
  /// The materials of each pixel at the first date.
  private(set) var composition: [Composition]
  /// The soil under each pixel: shares of pale, dark and red soil.
  private(set) var soil: [SIMD3<Float>]
  /// How moist the site is, 0 … 1, ranked over the scene.
  let moisture: Field
  /// The field of each crop pixel, 0 elsewhere.
  private(set) var field: [UInt64]
  /// The forest stand or cutting block of each pixel.
  private(set) var stand: [UInt64]
  /// Rivers and lakes.
  let water: WaterBodies
  /// Towns and roads.
  let settlements: Settlements

  /// Covers a terrain.
  init(seed: UInt64, terrain: Terrain, changeStrength: Float) {
    let (width, height) = (terrain.width, terrain.height)
    let count = width * height
    var random = RandomSource(seed: seed, stream: 4)
    water = WaterBodies(seed: seed, terrain: terrain, change: changeStrength)
    settlements = Settlements(seed: seed, terrain: terrain, water: water.before)
    moisture = Self.siteMoisture(terrain, &random)
    let patches = Patches(width: width, height: height, random: &random)
    let fields = Parcels(
      seed: seed, width: width, height: height, regionSize: 110, breadths: (6, 16),
      pivotShare: 0.12)
    let stands = Parcels(
      seed: seed, width: width, height: height, regionSize: 170, breadths: (12, 24), pivotShare: 0)
    cover = [Cover](repeating: .bare, count: count)
    composition = [Composition](repeating: .zero, count: count)
    soil = [SIMD3<Float>](repeating: .zero, count: count)
    field = [UInt64](repeating: 0, count: count)
    stand = [UInt64](repeating: 0, count: count)
    for pixel in 0..<count {
      let (x, y) = (pixel % width, pixel / width)
      let slope = terrain.steepness(pixel)
      soil[pixel] = patches.soil(pixel)
      stand[pixel] = stands.place(x: x, y: y).key
      let farmed = patches.farming[pixel] - 2.2 * slope
      if farmed > 0.54 {
        let place = fields.place(x: x, y: y)
        // Whole fields are farmed or not, so the farmland ends along hedges.
        if farmed > 0.62 + 0.14 * RandomSource.uniform(key: place.key, salt: 9) {
          field[pixel] = place.key
          addCrop(pixel, place, patches)
        }
      }
      if field[pixel] == 0 { addWild(pixel, slope, terrain.elevation[pixel], patches) }
      addBuildings(pixel, patches)
      addWater(pixel)
    }
  }

  /// Moist in hollows and along streams, on northern slopes, and by patches.
  private static func siteMoisture(_ terrain: Terrain, _ random: inout RandomSource) -> Field {
    var moisture = FractalNoise(wavelength: 260, octaves: 6, gain: 0.55)
      .field(width: terrain.width, height: terrain.height, random: &random)
    var stream = Field(width: terrain.width, height: terrain.height) { x, y in
      terrain.drainage.area[y * terrain.width + x].squareRoot().squareRoot().step(2, 9)
    }
    stream = stream.boxMean(radius: 2)
    for pixel in moisture.values.indices {
      let north = terrain.gradientY[pixel].clamped(-0.5, 0.5)
      let height = (terrain.elevation[pixel] * 0.0012).clamped(0, 0.9)
      moisture[pixel] += 1.6 * stream[pixel] + 0.9 * north + 0.5 * height
    }
    return moisture.ranked()
  }

  /// Trees, shrubs and grass, by moisture and by patches.
  private mutating func addWild(
    _ pixel: Int, _ slope: Float, _ elevation: Float, _ patches: Patches
  ) {
    let moist = moisture[pixel]
    let fine = patches.fine[pixel]
    let site = moist + 0.22 * patches.medium[pixel]
    let rock = (slope * 1.3 + 0.3 * patches.medium[pixel] - 0.5 * moist).step(0.35, 0.8)
    let barren = (patches.barren[pixel] - 0.3 * moist).step(0.74, 0.92)
    let life = (1 - 0.85 * max(rock, barren)) * (0.94 + 0.12 * fine).clamped
    let tone = RandomSource.uniform(key: stand[pixel], salt: 1)
    let trees = (site + 0.3 * fine).step(0.42, 0.72) * (0.82 + 0.16 * tone) * life
    let shrubs = (site + 0.4 * patches.shrubs[pixel] + 0.3 * fine).step(0.12, 0.5) * 0.75 * life
    let understorey = max(0, 1 - trees) * shrubs
    let herbs = max(0, life - trees - understorey) * (0.78 + 0.22 * fine).clamped(0.3, 1)
    let green = (0.8 * moist + 0.35 * patches.medium[pixel] + 0.22).clamped(0.06, 0.92)
    let needles = (elevation * 0.0012 + 0.5 * patches.needles[pixel]).step(0.35, 0.75)
    var mix = Composition.zero
    // Crowns shade each other: dense stands are darker than the sum of their leaves.
    let crown = 0.9 - 0.14 * trees + 0.08 * fine
    mix[.conifer] = trees * needles * crown
    mix[.broadleaf] = trees * (1 - needles) * crown
    mix[.shrub] = understorey * 0.92
    mix[.greenHerb] = herbs * green
    mix[.dryHerb] = herbs * (1 - green)
    let open = max(0, 1 - trees - understorey - herbs)
    mix[.concrete] = open * rock * 0.45
    addSoil(&mix, open * (1 - 0.45 * rock), pixel)
    composition[pixel] = mix
    let shares = [trees, understorey, herbs, open]
    let kinds: [Cover] = [.forest, .shrub, .grass, .bare]
    var largest = 0
    for kind in 1..<4 where shares[kind] > shares[largest] { largest = kind }
    cover[pixel] = trees > 0.4 ? .forest : kinds[largest]
  }

  /// A field in one of the states of the season: green, ripe, stubble or bare.
  private mutating func addCrop(_ pixel: Int, _ place: Parcels.Place, _ patches: Patches) {
    let kind = RandomSource.uniform(key: place.key, salt: 10)
    let vigour = RandomSource.uniform(key: place.key, salt: 11)
    let fine = 0.06 * patches.fine[pixel] + 0.08 * patches.medium[pixel]
    var mix = Composition.zero
    switch kind {
    case ..<0.42:
      mix[.greenCrop] = (0.55 + 0.38 * vigour + fine).clamped(0, 0.96)
      addSoil(&mix, 0.9 - mix[.greenCrop], pixel)
    case ..<0.72:
      mix[.dryHerb] = (0.55 + 0.3 * vigour + fine).clamped(0, 0.9)
      mix[.greenHerb] = 0.15 * (1 - vigour)
      addSoil(&mix, 0.95 - mix[.dryHerb] - mix[.greenHerb], pixel)
    case ..<0.88:
      mix[.dryHerb] = (0.1 + 0.15 * vigour + fine).clamped(0, 0.4)
      addSoil(&mix, 0.97 - mix[.dryHerb], pixel)
    default:
      mix[.greenHerb] = (0.55 + 0.2 * vigour + fine).clamped(0, 0.9)
      mix[.dryHerb] = 0.12
      addSoil(&mix, 0.9 - mix[.greenHerb] - mix[.dryHerb], pixel)
    }
    // Hedges and tracks along some of the edges.
    if place.edge < 0.6 {
      mix *= 0.65
      mix[RandomSource.uniform(key: place.key, salt: 12) < 0.5 ? .shrub : .paleSoil] += 0.3
    }
    composition[pixel] = mix
    cover[pixel] = .crop
  }

  private mutating func addBuildings(_ pixel: Int, _ patches: Patches) {
    let built = settlements.built[pixel]
    let road = settlements.road[pixel]
    guard built > 0 || road > 0 else { return }
    let roofs = built * (0.62 + 0.3 * patches.fine[pixel]).clamped(0.1, 0.9)
    composition[pixel] *= 1 - roofs
    let tone = (0.55 + 0.4 * patches.shrubs[pixel]).clamped(0.15, 0.9)
    composition[pixel][.concrete] += roofs * tone
    composition[pixel][.asphalt] += roofs * (1 - tone) * 0.8
    composition[pixel] *= 1 - road
    composition[pixel][.asphalt] += road * 0.75
    composition[pixel][.concrete] += road * 0.25
    if built > 0.35 || road > 0.3 { (cover[pixel], field[pixel]) = (.urban, 0) }
  }

  private mutating func addWater(_ pixel: Int) {
    let share = water.before[pixel]
    guard share > 0 else { return }
    composition[pixel] *= 1 - share
    composition[pixel][.turbidWater] += share * water.turbidity[pixel]
    composition[pixel][.clearWater] += share * (1 - water.turbidity[pixel])
    if share > 0.5 { (cover[pixel], field[pixel]) = (.water, 0) }
  }

  /// Adds the pixel's own soil to a mixture.
  func addSoil(_ mix: inout Composition, _ share: Float, _ pixel: Int) {
    guard share > 0 else { return }
    mix[.paleSoil] += share * soil[pixel].x
    mix[.darkSoil] += share * soil[pixel].y
    mix[.redSoil] += share * soil[pixel].z
  }
}

/// The noise that patches of land are made of.
private struct Patches {
  let fine: Field
  let medium: Field
  let shrubs: Field
  let needles: Field
  let farming: Field
  let barren: Field
  private let darkness: Field
  private let redness: Field

  init(width: Int, height: Int, random: inout RandomSource) {
    func noise(_ wavelength: Float, _ octaves: Int, _ gain: Float = 0.5) -> Field {
      FractalNoise(wavelength: wavelength, octaves: octaves, gain: gain)
        .field(width: width, height: height, random: &random)
    }
    fine = noise(10, 2, 0.62)
    medium = noise(44, 4, 0.7)
    shrubs = noise(24, 3, 0.75)
    needles = noise(120, 5)
    farming = noise(280, 4).ranked()
    barren = noise(150, 6, 0.6).ranked()
    darkness = noise(200, 5).ranked()
    redness = noise(240, 4).ranked()
  }

  func soil(_ pixel: Int) -> SIMD3<Float> {
    let dark = (darkness[pixel] + 0.08 * medium[pixel]).step(0.35, 0.9) * 0.85 + 0.05
    let red = redness[pixel].step(0.4, 0.8) * (1 - dark)
    return SIMD3(1 - dark - red, dark, red) * (0.96 + 0.04 * fine[pixel])
  }
}
