/// The paths that water takes over a terrain.
///
/// By priority flood (Barnes, Lehman and Mulla 2014): every pixel drains to one neighbour; hollows overflow at their lowest rim; the edge of the grid
/// lets the water out.
struct Drainage: Sendable {
  /// The pixel that each pixel drains to; an outlet drains to itself.
  let receiver: [Int32]
  /// All pixels, receivers before those that drain to them.
  let order: [Int32]
  /// The number of pixels that drain through each pixel, itself included.
  let area: [Float]

  /// Follows the water over a terrain.
  init(_ elevation: Field) {
    let (width, height) = (elevation.width, elevation.height)
    let lowest = elevation.values.min() ?? 0
    var queue = PriorityQueue()
    var receiver = [Int32](repeating: -1, count: width * height)
    var order: [Int32] = []
    order.reserveCapacity(width * height)
    for y in 0..<height {
      let step = y == 0 || y == height - 1 ? 1 : max(width - 1, 1)
      for x in stride(from: 0, to: width, by: step) {
        let pixel = y * width + x
        receiver[pixel] = Int32(pixel)
        queue.push(key: elevation[pixel] - lowest, pixel: pixel)
      }
    }
    elevation.values.withUnsafeBufferPointer { values in
      while let (level, pixel) = queue.pop() {
        order.append(Int32(pixel))
        let (x, y) = (pixel % width, pixel / width)
        for dy in -1...1 where y + dy >= 0 && y + dy < height {
          for dx in -1...1 where x + dx >= 0 && x + dx < width {
            let neighbour = pixel + dy * width + dx
            guard receiver[neighbour] < 0 else { continue }
            receiver[neighbour] = Int32(pixel)
            // Across a filled hollow, small random steps let the river wind.
            let chance = RandomSource.uniform(key: UInt64(neighbour), salt: 1)
            let flat = level + 0.006 * chance * chance * chance
            queue.push(key: max(values[neighbour] - lowest, flat), pixel: neighbour)
          }
        }
      }
    }
    Self.steepen(&receiver, order, elevation)
    var area = [Float](repeating: 1, count: width * height)
    for index in order.reversed() {
      let target = receiver[Int(index)]
      if target != index { area[Int(target)] += area[Int(index)] }
    }
    self.receiver = receiver
    self.order = order
    self.area = area
  }

  /// Lets each pixel that isn't in a hollow drain down its steepest side.
  ///
  /// Only neighbours that the flood reached earlier are taken, so no path runs in a circle.
  private static func steepen(_ receiver: inout [Int32], _ order: [Int32], _ elevation: Field) {
    let (width, height) = (elevation.width, elevation.height)
    var isReached = [Bool](repeating: false, count: order.count)
    elevation.values.withUnsafeBufferPointer { values in
      for index in order {
        let pixel = Int(index)
        isReached[pixel] = true
        guard receiver[pixel] != index else { continue }
        let (x, y) = (pixel % width, pixel / width)
        var steepest: Float = 0
        for dy in -1...1 where y + dy >= 0 && y + dy < height {
          for dx in -1...1 where x + dx >= 0 && x + dx < width {
            let neighbour = pixel + dy * width + dx
            guard isReached[neighbour] else { continue }
            let drop = values[pixel] - values[neighbour]
            let slope = dx != 0 && dy != 0 ? drop * 0.707_106_8 : drop
            if slope > steepest {
              steepest = slope
              receiver[pixel] = Int32(neighbour)
            }
          }
        }
      }
    }
  }

  /// The pixels upstream of a dam that a lake of a given size covers, the deepest first.
  func lake(behind dam: Int, pixels: Int, elevation: [Float], width: Int) -> [Int] {
    let height = elevation.count / width
    let lowest = elevation[dam] - 100
    var queue = PriorityQueue()
    queue.push(key: 0, pixel: dam)
    var lake: [Int] = []
    while lake.count < pixels, let (_, pixel) = queue.pop() {
      lake.append(pixel)
      let (x, y) = (pixel % width, pixel / width)
      for dy in -1...1 where y + dy >= 0 && y + dy < height {
        for dx in -1...1 where x + dx >= 0 && x + dx < width {
          let neighbour = pixel + dy * width + dx
          guard neighbour != pixel, receiver[neighbour] == Int32(pixel) else { continue }
          queue.push(key: max(elevation[neighbour] - lowest, 0), pixel: neighbour)
        }
      }
    }
    return lake
  }
}
