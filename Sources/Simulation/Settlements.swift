/// Towns, villages and the roads between them.
struct Settlements: Sendable {
  /// The share of each pixel that is built up, 0 … 1.
  private(set) var built: Field
  /// The share of each pixel that is road, 0 … 1.
  private(set) var road: Field
  /// The pixels at the middle of the towns.
  private(set) var centres: [Int] = []

  /// Builds towns on level ground and joins them by roads that avoid slopes and water.
  init(seed: UInt64, terrain: Terrain, water: Field) {
    var random = RandomSource(seed: seed, stream: 3)
    let (width, height) = (terrain.width, terrain.height)
    built = Field(width: width, height: height)
    road = Field(width: width, height: height)
    let noise = FractalNoise(wavelength: 26, octaves: 4, gain: 0.65)
      .field(width: width, height: height, random: &random)
    let count = max(1, Int((Float(width * height) * 7e-6).rounded()))
    for number in 0..<count {
      guard let centre = Self.site(terrain, water, centres, &random) else { continue }
      centres.append(centre)
      let radius = number == 0 ? random.uniform(28, 44) : random.uniform(7, 20)
      addTown(at: centre, radius: radius, noise: noise, water: water, random: &random)
    }
    let detours = FractalNoise(wavelength: 60, octaves: 4, gain: 0.7)
      .field(width: width, height: height, random: &random)
    let costs = Self.roadCosts(terrain, water, detours)
    for (number, centre) in centres.enumerated() {
      addRoad(from: centre, to: number > 0 ? centres[0] : nil, costs: costs)
    }
  }

  /// The best of some random sites: level, dry, and away from the other towns.
  private static func site(
    _ terrain: Terrain, _ water: Field, _ others: [Int], _ random: inout RandomSource
  ) -> Int? {
    var best: (score: Float, pixel: Int)?
    for _ in 0..<40 {
      let x = random.index(below: terrain.width)
      let y = random.index(below: terrain.height)
      let pixel = y * terrain.width + x
      var distance: Float = 300
      for other in others {
        let (dx, dy) = (Float(x - other % terrain.width), Float(y - other / terrain.width))
        distance = min(distance, (dx * dx + dy * dy).squareRoot())
      }
      guard water[pixel] < 0.2 else { continue }
      let score =
        -12 * terrain.steepness(pixel) - 0.001 * terrain.elevation[pixel] + 0.004 * distance
      if best.map({ score > $0.score }) ?? true { best = (score, pixel) }
    }
    return best?.pixel
  }

  private mutating func addTown(
    at centre: Int, radius: Float, noise: Field, water: Field, random: inout RandomSource
  ) {
    let (width, height) = (built.width, built.height)
    let (cx, cy) = (centre % width, centre / width)
    let angle = random.uniform(0, 1.57)
    let (cosine, sine) = (PortableMath.cos(angle), PortableMath.sin(angle))
    let (spacingU, spacingV) = (random.uniform(5, 8), random.uniform(6, 11))
    let reach = Int(radius * 2)
    for y in max(cy - reach, 0)...min(cy + reach, height - 1) {
      for x in max(cx - reach, 0)...min(cx + reach, width - 1) {
        let pixel = y * width + x
        let (dx, dy) = (Float(x - cx), Float(y - cy))
        let distance = (dx * dx + dy * dy).squareRoot() / radius
        let density = (1 - distance + 0.7 * noise[pixel]).step(0, 0.45) * (1 - water[pixel])
        guard density > 0 else { continue }
        built[pixel] = max(built[pixel], density)
        let u = (dx * cosine + dy * sine) / spacingU
        let v = (dy * cosine - dx * sine) / spacingV
        let street = min(
          abs(u - u.rounded()) * spacingU, abs(v - v.rounded()) * spacingV)
        road[pixel] = max(road[pixel], density * 0.7 * (1 - street).clamped)
      }
    }
  }

  /// The cost of a road through each node of a grid four times as coarse.
  private static func roadCosts(_ terrain: Terrain, _ water: Field, _ detours: Field) -> Field {
    let (columns, rows) = ((terrain.width + 3) / 4, (terrain.height + 3) / 4)
    return Field(width: columns, height: rows) { x, y in
      let pixel =
        min(y * 4 + 2, terrain.height - 1) * terrain.width + min(x * 4 + 2, terrain.width - 1)
      let slope = terrain.steepness(pixel)
      return max(0.2, 1 + 1.3 * detours[pixel]) + 150 * slope * slope + 30 * water[pixel]
    }
  }

  /// Draws the cheapest road to another town, or to the edge of the grid where none is given.
  private mutating func addRoad(from start: Int, to goal: Int?, costs: Field) {
    let (columns, rows) = (costs.width, costs.height)
    func node(_ pixel: Int) -> Int { pixel / built.width / 4 * columns + pixel % built.width / 4 }
    let target = goal.map(node)
    var cost = [Float](repeating: .infinity, count: columns * rows)
    var previous = [Int](repeating: -1, count: columns * rows)
    var queue = PriorityQueue()
    cost[node(start)] = 0
    queue.push(key: 0, pixel: node(start))
    var end = -1
    while let (key, here) = queue.pop() {
      guard key <= cost[here] else { continue }
      let (x, y) = (here % columns, here / columns)
      let atEdge = x == 0 || y == 0 || x == columns - 1 || y == rows - 1
      if here == target || (target == nil && atEdge) {
        end = here
        break
      }
      for dy in -1...1 where y + dy >= 0 && y + dy < rows {
        for dx in -1...1 where x + dx >= 0 && x + dx < columns {
          let next = here + dy * columns + dx
          let length: Float = dx != 0 && dy != 0 ? 1.414_213_5 : 1
          let total = key + length * costs[next]
          guard total < cost[next] else { continue }
          cost[next] = total
          previous[next] = here
          queue.push(key: total, pixel: next)
        }
      }
    }
    var path: [SIMD2<Float>] = []
    while end >= 0 {
      path.append(SIMD2(Float(end % columns), Float(end / columns)) * 4 + 2)
      end = previous[end]
    }
    draw(smoothed(smoothed(path)))
  }

  private func smoothed(_ path: [SIMD2<Float>]) -> [SIMD2<Float>] {
    path.indices.map { i in
      // A narrower reach near the ends, so that both stay where they are.
      let reach = min(i, path.count - 1 - i, 2)
      let around = path[i - reach...i + reach]
      return around.reduce(SIMD2(0, 0), +) / Float(around.count)
    }
  }

  private mutating func draw(_ path: [SIMD2<Float>]) {
    for (a, b) in zip(path, path.dropFirst()) {
      for step in 0..<10 {
        let point = a + (b - a) * (Float(step) / 10)
        let (x0, y0) = (Int(point.x), Int(point.y))
        for y in y0...y0 + 1 where y < road.height {
          for x in x0...x0 + 1 where x < road.width {
            let weight = (1 - abs(point.x - Float(x))) * (1 - abs(point.y - Float(y)))
            let pixel = y * road.width + x
            road[pixel] = max(road[pixel], 0.55 * weight.clamped)
          }
        }
      }
    }
  }
}
