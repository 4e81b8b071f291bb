/// One number for each pixel of a grid, row by row from the top left.
struct Field: Sendable, Equatable {
  /// Columns.
  let width: Int
  /// Rows.
  let height: Int
  /// `width * height` values.
  var values: [Float]

  /// Creates a field of one value.
  init(width: Int, height: Int, repeating value: Float = 0) {
    self.width = width
    self.height = height
    values = [Float](repeating: value, count: width * height)
  }

  /// Creates a field of a function of column and row.
  init(width: Int, height: Int, _ value: (_ x: Int, _ y: Int) -> Float) {
    self.width = width
    self.height = height
    values = [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
      for y in 0..<height {
        for x in 0..<width { buffer.initializeElement(at: y * width + x, to: value(x, y)) }
      }
      count = width * height
    }
  }

  subscript(_ index: Int) -> Float {
    get { values[index] }
    set { values[index] = newValue }
  }

  /// The value at a column and row; outside the grid, the nearest one.
  func clamped(_ x: Int, _ y: Int) -> Float {
    values[min(max(y, 0), height - 1) * width + min(max(x, 0), width - 1)]
  }

  /// The field with each value replaced by the share of the grid that lies below it, 0 … 1.
  ///
  /// It turns any noise into one of known distribution: `ranked > 0.9` holds for a tenth of it.
  func ranked() -> Field {
    guard let low = values.min(), let high = values.max(), high > low else {
      return Field(width: width, height: height, repeating: 0.5)
    }
    let bins = 4096
    let scale = Float(bins - 1) / (high - low)
    var counts = [Int](repeating: 0, count: bins)
    for value in values { counts[Int((value - low) * scale)] += 1 }
    var below = [Float](repeating: 0, count: bins + 1)
    var sum = 0
    for bin in 0..<bins {
      sum += counts[bin]
      below[bin + 1] = Float(sum) / Float(values.count)
    }
    var result = self
    for index in values.indices {
      let place = (values[index] - low) * scale
      let bin = Int(place)
      result.values[index] = below[bin] + (below[bin + 1] - below[bin]) * (place - Float(bin))
    }
    return result
  }

  /// The mean over squares of `2 * radius + 1` pixels, smaller at the edges.
  func boxMean(radius: Int) -> Field {
    let across = Self.runningMean(self, radius: radius, alongRows: true)
    return Self.runningMean(across, radius: radius, alongRows: false)
  }

  private static func runningMean(_ field: Field, radius: Int, alongRows: Bool) -> Field {
    let length = alongRows ? field.width : field.height
    let lines = alongRows ? field.height : field.width
    let step = alongRows ? 1 : field.width
    let lineStep = alongRows ? field.width : 1
    var result = field
    var sums = [Double](repeating: 0, count: length + 1)
    for line in 0..<lines {
      let start = line * lineStep
      for i in 0..<length { sums[i + 1] = sums[i] + Double(field.values[start + i * step]) }
      for i in 0..<length {
        let from = max(i - radius, 0)
        let to = min(i + radius + 1, length)
        result.values[start + i * step] = Float((sums[to] - sums[from]) / Double(to - from))
      }
    }
    return result
  }
}
