/// The exact Euclidean distances of every pixel to the nearest and the second nearest object.
struct ObjectDistances {
  /// An object and the squared distance to it; object 0 is none, infinitely far away.
  struct Candidate {
    var object: Int32 = 0
    var square = Int.max
  }

  /// The two nearest objects of a pixel, which are never the same.
  struct Nearest {
    var first = Candidate()
    var second = Candidate()

    /// Takes an object into account.
    mutating func consider(_ object: Int32, square: Int) {
      if object == first.object {
        first.square = min(first.square, square)
      } else if square < first.square {
        second = first
        first = Candidate(object: object, square: square)
      } else if square < second.square {
        second = Candidate(object: object, square: square)
      }
    }

    /// Takes the objects of another pixel into account, which is further away.
    mutating func consider(_ other: Nearest, further square: Int) {
      guard other.first.object != 0 else { return }
      consider(other.first.object, square: other.first.square + square)
      guard other.second.object != 0 else { return }
      consider(other.second.object, square: other.second.square + square)
    }
  }

  /// (height, width): the two nearest objects of each pixel.
  let nearest: [Nearest]

  /// Measures from pixel centre to pixel centre; an object's own pixels are at distance 0 from it.
  ///
  /// Columns are swept first, then rows are searched outwards until nothing nearer can come.
  /// The cost is pixels × the distance searched.
  ///
  /// - Parameters:
  ///   - objects: The objects of an image.
  ///   - width: The width of the image.
  ///   - reach: How far along a row is searched, in pixels; objects further away may be missed.
  init(_ objects: ObjectLabels, width: Int, reach: Int = .max) {
    let height = objects.values.count / width
    var columns = [Nearest](repeating: Nearest(), count: objects.values.count)
    for x in 0..<width {
      Self.sweep(objects, (0..<height).lazy.map { $0 * width + x }, width, into: &columns)
      Self.sweep(objects, (0..<height).reversed().map { $0 * width + x }, width, into: &columns)
    }
    nearest = columns.indices.map { pixel in
      let (x, row) = (pixel % width, pixel / width * width)
      var nearest = columns[pixel]
      let furthest = min(reach, max(x, width - 1 - x))
      for distance in 0..<max(furthest, 0) {
        let step = distance + 1
        if step * step >= nearest.second.square { break }
        if step <= x { nearest.consider(columns[row + x - step], further: step * step) }
        if step < width - x { nearest.consider(columns[row + x + step], further: step * step) }
      }
      return nearest
    }
  }

  // Goes along a column and remembers the last pixel of the last two objects.
  private static func sweep(
    _ objects: ObjectLabels, _ pixels: some Sequence<Int>, _ width: Int,
    into columns: inout [Nearest]
  ) {
    var last: [(object: Int32, row: Int)] = []
    for pixel in pixels {
      let row = pixel / width
      let object = objects.values[pixel]
      if object != 0 {
        if last.first?.object == object {
          last[0].row = row
        } else {
          last = [(object, row)] + last.prefix(1)
        }
      }
      for (object, seen) in last {
        columns[pixel].consider(object, square: (row - seen) * (row - seen))
      }
    }
  }
}
