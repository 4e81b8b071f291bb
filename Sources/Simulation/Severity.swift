/// How severely each pixel burned, and what that does to what covers it.
struct Severity: Sendable {
  /// 0 (unburned) … 1 (everything consumed).
  private(set) var values: Field
  /// Days between the fire and the second image, where burned.
  private(set) var ageDays: Field

  /// The lowest severity of a burned pixel.
  static let least: Float = 0.1

  /// Rates the fires: harder in dense fuel and uphill, milder at the edges, and patchy.
  ///
  /// - Parameters:
  ///   - load: How much there is to burn in each pixel, 0 … 1.
  ///   - steepness: The tangent of the slope.
  init(
    fires: [Fire], load: [Float], steepness: [Float], width: Int, height: Int,
    random: inout RandomSource
  ) {
    values = Field(width: width, height: height)
    ageDays = Field(width: width, height: height)
    let patches = FractalNoise(wavelength: 30, octaves: 5, gain: 0.65)
      .field(width: width, height: height, random: &random)
    var mask = Field(width: width, height: height)
    for fire in fires { for pixel in fire.pixels { mask[pixel] = 1 } }
    let inside = mask.boxMean(radius: 3)
    for fire in fires {
      for pixel in fire.pixels {
        let raw =
          0.18 + 0.42 * fire.intensity + 0.34 * load[pixel] + 0.3 * min(steepness[pixel], 0.8)
          + 0.42 * patches[pixel]
        let edge = 0.6 + 0.4 * inside[pixel].step(0.35, 0.95)
        values[pixel] = (raw * edge).clamped(Self.least, 1)
        ageDays[pixel] = fire.ageDays
      }
    }
  }

  /// Marks a pixel as burned by other means, such as stubble burning.
  mutating func set(_ pixel: Int, to severity: Float, ageDays days: Float) {
    values[pixel] = severity
    ageDays[pixel] = days
  }

  /// What a mixture becomes in a fire.
  ///
  /// Herbs and litter burn first; shrubs and crowns are scorched, then consumed. What is consumed
  /// leaves char, bare soil and, where it burned hottest, pale ash. Wind and rain thin the char with a
  /// half-life of about two months (after Trigg and Flasse 2000), and herbs sprout again.
  ///
  /// - Parameters:
  ///   - mix: The mixture before.
  ///   - severity: 0 … 1.
  ///   - ageDays: Days since the fire.
  ///   - ash: The inclination of the place to white ash, 0 … 1.
  ///   - soil: The pixel's own soil: pale, dark and red, of sum 1.
  static func burned(
    _ mix: Composition, severity: Float, ageDays: Float, ash: Float, soil: SIMD3<Float>
  ) -> Composition {
    var result = mix
    var consumed: Float = 0
    func lose(_ material: Material, scorched: Float, consumed share: Float) {
      let amount = mix[material]
      let gone = amount * share.clamped
      let dead = max(0, amount * scorched.clamped - gone)
      result[material] = max(0, amount - gone - dead)
      result[.dead] += dead
      consumed += gone
    }
    let s = severity
    for tree in [Material.conifer, .broadleaf] {
      lose(tree, scorched: 0.1 + 1.4 * s, consumed: 1.7 * (s - 0.42))
    }
    lose(.shrub, scorched: 0.25 + 1.3 * s, consumed: 0.1 + 1.0 * s)
    for herb in [Material.greenHerb, .dryHerb, .greenCrop] {
      lose(herb, scorched: 0.5 + 0.9 * s, consumed: 0.46 + 0.66 * s)
    }
    lose(.dead, scorched: 0, consumed: 0.8 * s)
    // Under an open canopy the ground burns as well: shade turns to char at little cost in light.
    var covered: Float = 0
    for lane in 0..<16 { covered += result[lane] }
    let open = max(0, 1 - covered - consumed) * 0.5 * s
    let faded = PortableMath.exp(-ageDays / 80)
    var char = 0.74 * consumed + open
    for bare in [Material.paleSoil, .darkSoil, .redSoil] {
      let sooty = result[bare] * 0.5 * s
      result[bare] -= sooty
      char += sooty
    }
    let washed = char * (1 - faded) * 0.65
    let exposed = 0.21 * consumed + washed * 0.9
    char -= washed
    let white = char * 0.7 * ash * (s - 0.35).clamped * PortableMath.exp(-ageDays / 25)
    result[.char] += char - white
    result[.ash] += white
    let sprouts = min(0.3, ageDays * 0.003) * (1 - 0.6 * s) * exposed
    result[.greenHerb] += sprouts
    result[.paleSoil] += (exposed - sprouts) * soil.x
    result[.darkSoil] += (exposed - sprouts) * soil.y
    result[.redSoil] += (exposed - sprouts) * soil.z
    return result
  }
}
