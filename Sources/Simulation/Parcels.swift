/// A division of the plane into parcels: fields, forest stands, cutting blocks.
///
/// Regions (cells of a jittered Voronoi diagram) each have an orientation and a size of parcel;
/// within a region, parcels lie in rows like bricks, and some are split. Regions of centre-pivot
/// irrigation have circles instead.
struct Parcels: Sendable {
  /// One place in the division.
  struct Place {
    /// A number of its own for each parcel.
    var key: UInt64
    /// Pixels to the parcel's nearest edge.
    var edge: Float
  }

  private struct Region {
    var x: Float
    var y: Float
    var cosine: Float
    var sine: Float
    var length: Float
    var breadth: Float
    var isPivot: Bool
    var key: UInt64
  }

  private let regionSize: Float
  private let columns: Int
  private let regions: [Region]

  /// Divides a grid.
  ///
  /// - Parameters:
  ///   - regionSize: The usual distance between regions, in pixels.
  ///   - breadths: The range of a parcel's shorter side, in pixels.
  ///   - pivotShare: The share of regions with circles.
  init(
    seed: UInt64, width: Int, height: Int, regionSize: Float, breadths: (Float, Float),
    pivotShare: Float
  ) {
    var random = RandomSource(seed: seed, stream: UInt64(regionSize) &+ 1000)
    self.regionSize = regionSize
    columns = Int(Float(width) / regionSize) + 3
    let rows = Int(Float(height) / regionSize) + 3
    let step = regionSize
    var regions: [Region] = []
    for row in 0..<rows {
      for column in 0..<columns {
        let angle = random.uniform(0, 1.57)
        let breadth = random.uniform(breadths.0, breadths.1)
        regions.append(
          Region(
            x: (Float(column - 1) + random.uniform()) * step,
            y: (Float(row - 1) + random.uniform()) * step,
            cosine: PortableMath.cos(angle), sine: PortableMath.sin(angle),
            length: breadth * random.uniform(1.1, 3), breadth: breadth,
            isPivot: random.uniform() < pivotShare, key: random.next()))
      }
    }
    self.regions = regions
  }

  /// The parcel at a pixel.
  func place(x: Int, y: Int) -> Place {
    let (px, py) = (Float(x), Float(y))
    let column = Int(px / regionSize) + 1
    let row = Int(py / regionSize) + 1
    var nearest = regions[row * columns + column]
    var distance = Float.infinity
    for r in row - 1...row + 1 {
      for c in column - 1...column + 1 {
        guard c < columns, r * columns + c < regions.count else { continue }
        let region = regions[r * columns + c]
        let (dx, dy) = (px - region.x, py - region.y)
        let square = dx * dx + dy * dy
        if square < distance { (distance, nearest) = (square, region) }
      }
    }
    let (dx, dy) = (px - nearest.x, py - nearest.y)
    let u = dx * nearest.cosine + dy * nearest.sine
    let v = dy * nearest.cosine - dx * nearest.sine
    return nearest.isPivot ? pivot(u, v, nearest) : brick(u, v, nearest)
  }

  private func brick(_ u: Float, _ v: Float, _ region: Region) -> Place {
    let row = (v / region.breadth).rounded(.down)
    let rowKey = region.key &+ UInt64(bitPattern: Int64(row)) &* 0x9E37_79B9
    let shift = RandomSource.uniform(key: rowKey, salt: 1) * region.length
    let stretch = 0.7 + 0.6 * RandomSource.uniform(key: rowKey, salt: 2)
    let length = region.length * stretch
    let column = ((u + shift) / length).rounded(.down)
    var key = RandomSource.scramble(rowKey &+ UInt64(bitPattern: Int64(column)) &* 0x85EB_CA6B)
    var along = u + shift - column * length
    var size = length
    if RandomSource.uniform(key: key, salt: 3) < 0.4 {
      size = length / 2
      if along > size {
        along -= size
        key = key &+ 0x51ED
      }
    }
    let across = v - row * region.breadth
    let edge = min(min(along, size - along), min(across, region.breadth - across))
    return Place(key: key, edge: edge)
  }

  private func pivot(_ u: Float, _ v: Float, _ region: Region) -> Place {
    let side = 2.1 * max(region.breadth, 11)
    let (column, row) = ((u / side).rounded(.down), (v / side).rounded(.down))
    let code = Int64(column) &* 7919 &+ Int64(row)
    let key = RandomSource.scramble(region.key &+ UInt64(bitPattern: code))
    let (du, dv) = (u - (column + 0.5) * side, v - (row + 0.5) * side)
    let edge = side * 0.48 - (du * du + dv * dv).squareRoot()
    return edge > 0 ? Place(key: key, edge: edge) : Place(key: key ^ 0xC0_FFEE, edge: -edge)
  }
}
