extension [Bool] {
  /// The flags widened to the square of `radius` pixels around each that is set.
  ///
  /// Two passes of running counts: the cost doesn't depend on the radius.
  func dilated(by radius: Int, width: Int, height: Int) -> [Bool] {
    guard radius > 0 else { return self }
    var rows = self
    var wide = self
    for y in 0..<height {
      Self.spread(radius, width, from: { self[y * width + $0] }, to: { rows[y * width + $0] = $1 })
    }
    for x in 0..<width {
      Self.spread(
        radius, height, from: { rows[$0 * width + x] }, to: { wide[$0 * width + x] = $1 })
    }
    return wide
  }

  private static func spread(
    _ radius: Int, _ length: Int, from: (Int) -> Bool, to: (Int, Bool) -> Void
  ) {
    var count = (0..<Swift.min(radius, length)).count { from($0) }
    for position in 0..<length {
      if position + radius < length, from(position + radius) { count += 1 }
      if position - radius - 1 >= 0, from(position - radius - 1) { count -= 1 }
      to(position, count > 0)
    }
  }

  /// For each pixel, how many of it and the eight around it are set.
  func neighbourCounts(width: Int, height: Int) -> [UInt8] {
    var counts = [UInt8](repeating: 0, count: count)
    for y in 0..<height {
      for x in 0..<width where self[y * width + x] {
        for near in Swift.max(0, y - 1)...Swift.min(height - 1, y + 1) {
          for across in Swift.max(0, x - 1)...Swift.min(width - 1, x + 1) {
            counts[near * width + across] += 1
          }
        }
      }
    }
    return counts
  }
}
