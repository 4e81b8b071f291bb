/// Elevation, slope and drainage of a landscape.
///
/// Mountains of ridged noise are carved by rivers: on a coarse grid, uplift and the stream power law
/// alternate (solved implicitly along the flow paths, Braun and Willett 2013) until valleys branch
/// like real ones; finer relief is added on the full grid.
struct Terrain: Sendable {
  /// Columns.
  let width: Int
  /// Rows.
  let height: Int
  /// Metres above sea level.
  let elevation: [Float]
  /// Rise towards the east, metres per metre.
  let gradientX: [Float]
  /// Rise towards the south (rows run southwards), metres per metre.
  let gradientY: [Float]
  /// The flow paths over the elevation.
  let drainage: Drainage

  /// The tangent of the slope.
  func steepness(_ pixel: Int) -> Float {
    let (x, y) = (gradientX[pixel], gradientY[pixel])
    return (x * x + y * y).squareRoot()
  }

  /// Makes a landscape.
  init(seed: UInt64, width: Int, height: Int, pixelSizeMetres: Float) {
    var random = RandomSource(seed: seed, stream: 1)
    let coarse = Self.carved(width: width, height: height, random: &random)
    let fine = FractalNoise(wavelength: 40, octaves: 3, gain: 0.5)
      .field(width: width, height: height, random: &random)
    var elevation = Self.refined(coarse, width: width, height: height, random: &random)
    let plain = Self.gradients(elevation, pixelSizeMetres)
    for pixel in elevation.values.indices {
      let slope = (plain.x[pixel] * plain.x[pixel] + plain.y[pixel] * plain.y[pixel]).squareRoot()
      elevation.values[pixel] += fine[pixel] * (1.5 + 30 * min(slope, 0.5))
    }
    drainage = Drainage(elevation)
    let slopes = Self.gradients(elevation, pixelSizeMetres)
    self.width = width
    self.height = height
    self.elevation = elevation.values
    gradientX = slopes.x
    gradientY = slopes.y
  }

  /// The coarse grid has one node for this many pixels.
  private static let coarsening = 4
  /// Coarse nodes beyond each edge, so that the scene's edge is not the sea.
  private static let margin = 24

  private static func carved(width: Int, height: Int, random: inout RandomSource) -> Field {
    let columns = width / coarsening + 4 + 2 * margin
    let rows = height / coarsening + 4 + 2 * margin
    let range = FractalNoise(wavelength: 150, octaves: 3)
      .field(width: columns, height: rows, random: &random).ranked()
    let ridges = FractalNoise(wavelength: 60, octaves: 5, shape: .ridged)
      .field(width: columns, height: rows, random: &random)
    let tilt = (random.uniform(-1, 1), random.uniform(-1, 1))
    var relief = Field(width: columns, height: rows) { x, y in
      let mountain = range[y * columns + x].step(0.3, 0.95)
      let incline = tilt.0 * Float(x - columns / 2) + tilt.1 * Float(y - rows / 2)
      return 400 + 0.5 * incline + mountain * (350 + 120 * ridges[y * columns + x])
        + 12 * ridges[y * columns + x]
    }
    let rock = FractalNoise(wavelength: 9, octaves: 3, gain: 0.8)
      .field(width: columns, height: rows, random: &random)
    for _ in 0..<26 {
      for i in relief.values.indices { relief.values[i] += 13 * range[i].step(0.3, 1) }
      erode(&relief, rock: rock)
      // Soil creeps downhill, which rounds the small valleys away.
      let creep = relief.boxMean(radius: 1)
      for i in relief.values.indices { relief.values[i] += 0.3 * (creep[i] - relief[i]) }
    }
    return relief
  }

  /// One step of the stream power law, and a limit to what a slope can bear.
  private static func erode(_ relief: inout Field, rock: Field) {
    let flow = Drainage(relief)
    for index in flow.order {
      let pixel = Int(index)
      let target = Int(flow.receiver[pixel])
      guard target != pixel else { continue }
      let power = 0.045 * (1 + 1.1 * rock[pixel]).clamped(0.15, 2.5) * flow.area[pixel].squareRoot()
      let carved = (relief[pixel] + power * relief[target]) / (1 + power)
      relief[pixel] = min(carved, relief[target] + 62)
    }
  }

  /// Interpolates the coarse grid by cubic B-splines, which leave no facets.
  ///
  /// The grid is bent on the way: water on a grid knows eight directions, and the valleys it carved
  /// would show them.
  private static func refined(
    _ coarse: Field, width: Int, height: Int, random: inout RandomSource
  ) -> Field {
    func bend(_ wavelength: Float, _ octaves: Int) -> Field {
      FractalNoise(wavelength: wavelength, octaves: octaves, gain: 0.45)
        .field(width: width, height: height, random: &random)
    }
    let (bendX, bendY) = (bend(190, 4), bend(190, 4))
    func weights(_ t: Float) -> SIMD4<Float> {
      let s = 1 - t
      let (t2, t3) = (t * t, t * t * t)
      return SIMD4(s * s * s, 3 * t3 - 6 * t2 + 4, -3 * t3 + 3 * t2 + 3 * t + 1, t3) / 6
    }
    let limit = Float(margin - 2)
    return Field(width: width, height: height) { x, y in
      let pixel = y * width + x
      let u = Float(x) / Float(coarsening) + (14 * bendX[pixel]).clamped(-limit, limit)
      let v = Float(y) / Float(coarsening) + (14 * bendY[pixel]).clamped(-limit, limit)
      let (column, row) = (u.rounded(.down), v.rounded(.down))
      let (across, down) = (weights(u - column), weights(v - row))
      var sum: Float = 0
      for j in 0..<4 {
        // Far nodes on the lower right lie within the last margin; clamped for safety at its end.
        let line = min(max(Int(row) + margin + j, 0), coarse.height - 1) * coarse.width
        for i in 0..<4 {
          let node = min(max(Int(column) + margin + i, 0), coarse.width - 1)
          sum += down[j] * across[i] * coarse[line + node]
        }
      }
      return sum
    }
  }

  /// Central differences.
  static func gradients(_ field: Field, _ pixelSizeMetres: Float) -> (x: [Float], y: [Float]) {
    let (width, height) = (field.width, field.height)
    let scale = 1 / (2 * pixelSizeMetres)
    let x = Field(width: width, height: height) { x, y in
      (field.clamped(x + 1, y) - field.clamped(x - 1, y)) * scale
    }
    let y = Field(width: width, height: height) { x, y in
      (field.clamped(x, y + 1) - field.clamped(x, y - 1)) * scale
    }
    return (x.values, y.values)
  }
}
