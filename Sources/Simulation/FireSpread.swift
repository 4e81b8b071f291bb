/// Stochastic spread of fires from pixel to pixel.
///
/// The front takes the way of minimum travel time (Finney 2002): fast through dry fuel, uphill and
/// down the wind, with a random delay at each step. What has little fuel, and patches that happen to
/// be moist, stay unburned, which leaves ragged edges and islands.
struct FireSpread {
  private let width: Int
  private let height: Int
  private let fuel: [Float]
  private let elevation: [Float]
  private let pixelSize: Float
  private let patchiness: Field
  private var arrival: [Float]
  /// Whether each pixel has burned in any fire so far.
  private(set) var burned: [Bool]

  /// Prepares a landscape.
  ///
  /// - Parameters:
  ///   - fuel: How readily each pixel burns, 0 (never) … 1.
  ///   - elevation: Metres; as many as `fuel`.
  init(
    fuel: [Float], elevation: [Float], width: Int, height: Int, pixelSizeMetres: Float,
    random: inout RandomSource
  ) {
    precondition(fuel.count == width * height && elevation.count == fuel.count)
    self.width = width
    self.height = height
    self.fuel = fuel
    self.elevation = elevation
    pixelSize = pixelSizeMetres
    patchiness = FractalNoise(wavelength: 64, octaves: 6, gain: 0.72)
      .field(width: width, height: height, random: &random)
    arrival = [Float](repeating: .infinity, count: fuel.count)
    burned = [Bool](repeating: false, count: fuel.count)
  }

  /// Burns one fire and returns its pixels in the order in which the front reached them.
  ///
  /// - Parameters:
  ///   - ignition: The pixel where it starts.
  ///   - size: The number of pixels at which it is put out, if fuel lasts so long.
  ///   - wind: The direction of the wind (east, south) times its strength, 0 … about 1.5.
  ///   - dryness: 0 (many islands) … 1 (nearly everything burns).
  mutating func burn(
    from ignition: Int, size: Int, wind: SIMD2<Float>, dryness: Float,
    random: inout RandomSource
  ) -> [Int] {
    let threshold = 0.1 - 0.75 * dryness
    var queue = PriorityQueue()
    var touched = [ignition]
    var fire: [Int] = []
    arrival[ignition] = 0
    queue.push(key: 0, pixel: ignition)
    var wind = wind
    let veer = SIMD2(PortableMath.cos(0.7), PortableMath.sin(0.7) * (dryness > 0.5 ? 1 : -1))
    while fire.count < size, let (time, pixel) = queue.pop() {
      guard !burned[pixel], time <= arrival[pixel] else { continue }
      // The wind turns twice while the fire burns.
      if fire.count > 0 && fire.count % (size / 3 + 1) == 0 {
        wind = SIMD2(wind.x * veer.x - wind.y * veer.y, wind.x * veer.y + wind.y * veer.x)
      }
      burned[pixel] = true
      fire.append(pixel)
      let (x, y) = (pixel % width, pixel / width)
      for dy in -1...1 where y + dy >= 0 && y + dy < height {
        for dx in -1...1 where x + dx >= 0 && x + dx < width {
          let next = pixel + dy * width + dx
          guard !burned[next] else { continue }
          let dry = patchiness[next].step(threshold - 0.25, threshold + 0.35)
          let supply = fuel[next] * (0.1 + 0.9 * dry) * dry.step(0, 0.05)
          guard supply > 0.03 else { continue }
          let length: Float = dx != 0 && dy != 0 ? 1.414_213_5 : 1
          let rise = (elevation[next] - elevation[pixel]) / (length * pixelSize)
          let slope = PortableMath.exp((5 * rise).clamped(-1.4, 1.8))
          let along = (Float(dx) * wind.x + Float(dy) * wind.y) / length
          let speed = supply * supply * slope * PortableMath.exp(1.1 * along)
          let chance = random.uniform()
          let delay = (0.35 + 2.2 * chance * chance) * length / speed
          let reached = time + delay
          guard reached < arrival[next] else { continue }
          if arrival[next] == .infinity { touched.append(next) }
          arrival[next] = reached
          queue.push(key: reached, pixel: next)
        }
      }
    }
    for pixel in touched { arrival[pixel] = .infinity }
    return fire
  }
}

/// One fire: where it burned, how hard and how long before the second image.
struct Fire: Sendable {
  /// Its pixels, in the order in which they burned.
  var pixels: [Int]
  /// 0 (a creeping ground fire) … 1 (a crown fire).
  var intensity: Float
  /// Days between the fire and the image.
  var ageDays: Float
}

/// The fires of a season: a few large ones and many small ones, all over the scene.
struct FireSeason: Sendable {
  /// The fires, the largest first.
  private(set) var fires: [Fire] = []

  /// Burns fires until they cover a number of pixels.
  ///
  /// - Parameters:
  ///   - pixels: The number to burn in all; fewer burn where the fuel doesn't suffice.
  ///   - ages: The range of days between the fires and the image.
  init(
    pixels: Int, ages: (Float, Float), spread: inout FireSpread, fuel: [Float], width: Int,
    random: inout RandomSource
  ) {
    // Shares of the whole: sizes of fires follow a power law, cut off so that none rules the scene.
    let large: [Float] = [
      0.17, 0.13, 0.10, 0.085, 0.07, 0.06, 0.05, 0.04, 0.035, 0.03, 0.025, 0.02, 0.02, 0.015,
    ]
    var burned = 0
    var ignitions: [SIMD2<Float>] = []
    var attempts = 0
    while burned < pixels && attempts < 600 {
      let size: Int
      if attempts < large.count {
        size = Int(large[attempts] * Float(pixels))
      } else if Float(pixels - burned) > 0.14 * Float(pixels) {
        // Some of the large ones ran out of fuel early; others take their place.
        size = Int(random.uniform(0.02, 0.09) * Float(pixels))
      } else {
        let u = random.uniform()
        size = Int(40 / (0.02 + 0.98 * u))
      }
      attempts += 1
      let candidates = attempts <= large.count ? 40 : 8
      guard
        let start = Self.ignition(
          fuel: fuel, width: width, spread: spread, others: ignitions, candidates: candidates,
          random: &random)
      else { continue }
      let strength = random.uniform(0.2, 1.4)
      let bearing = random.uniform(0, 6.28)
      let wind = SIMD2(PortableMath.cos(bearing), PortableMath.sin(bearing)) * strength
      let area = spread.burn(
        from: start, size: min(max(size, 4), pixels - burned), wind: wind,
        dryness: random.uniform(0.1, 1), random: &random)
      ignitions.append(SIMD2(Float(start % width), Float(start / width)))
      burned += area.count
      fires.append(
        Fire(
          pixels: area, intensity: random.uniform(0, 1),
          ageDays: random.uniform(ages.0, ages.1)))
    }
    fires.sort { $0.pixels.count > $1.pixels.count }
  }

  /// A pixel with fuel, away from the other fires: the best of some random ones.
  private static func ignition(
    fuel: [Float], width: Int, spread: FireSpread, others: [SIMD2<Float>], candidates: Int,
    random: inout RandomSource
  ) -> Int? {
    var best: (distance: Float, pixel: Int)?
    for _ in 0..<candidates {
      let pixel = random.index(below: fuel.count)
      guard fuel[pixel] > 0.25, !spread.burned[pixel] else { continue }
      let place = SIMD2(Float(pixel % width), Float(pixel / width))
      var nearest = Float.infinity
      for other in others {
        let d = place - other
        nearest = min(nearest, d.x * d.x + d.y * d.y)
      }
      if best.map({ nearest > $0.distance }) ?? true { best = (nearest, pixel) }
    }
    return best?.pixel
  }
}
