import Glibc

/// Distances of pixels to the nearest and the second nearest region of a class, as far as a radius.
///
/// Regions are connected by sides and corners. Distances are Euclidean, exact, from pixel centre to
/// pixel centre; a pixel of a region has the distance 0 to it.
struct RegionDistances {
  /// For each pixel; infinite beyond the radius.
  private(set) var nearest: [Double]
  private(set) var second: [Double]

  /// Measures one image.
  ///
  /// - Parameters:
  ///   - isInside: Whether each pixel is of the class.
  ///   - width: Pixels of a row.
  ///   - radius: The largest distance of interest.
  init(_ isInside: [Bool], width: Int, radius: Int) {
    let height = isInside.count / width
    nearest = Array(repeating: .infinity, count: isInside.count)
    second = nearest
    var isSeen = [Bool](repeating: false, count: isInside.count)
    for start in isInside.indices where isInside[start] && !isSeen[start] {
      let region = RegionDistances.region(from: start, isInside, &isSeen, width, height)
      add(region, width, height, radius)
    }
  }

  /// The pixels connected with the first one.
  private static func region(
    from start: Int, _ isInside: [Bool], _ isSeen: inout [Bool], _ width: Int, _ height: Int
  ) -> [Int] {
    var region = [start]
    isSeen[start] = true
    var next = 0
    while next < region.count {
      let (y, x) = region[next].quotientAndRemainder(dividingBy: width)
      next += 1
      for v in max(0, y - 1)...min(height - 1, y + 1) {
        for u in max(0, x - 1)...min(width - 1, x + 1)
        where isInside[v * width + u] && !isSeen[v * width + u] {
          isSeen[v * width + u] = true
          region.append(v * width + u)
        }
      }
    }
    return region
  }

  /// Takes the distances to one region, by the lower envelope of parabolas (Felzenszwalb and
  /// Huttenlocher 2012) in the box around it.
  private mutating func add(_ region: [Int], _ width: Int, _ height: Int, _ radius: Int) {
    let rows = region.map { $0 / width }
    let columns = region.map { $0 % width }
    guard let top = rows.min(), let bottom = rows.max(), let left = columns.min(),
      let right = columns.max()
    else { return }
    let (y0, y1) = (max(0, top - radius), min(height - 1, bottom + radius))
    let (x0, x1) = (max(0, left - radius), min(width - 1, right + radius))
    let (h, w) = (y1 - y0 + 1, x1 - x0 + 1)
    let far = 1e12
    var squares = [Double](repeating: far, count: h * w)
    for pixel in region { squares[(pixel / width - y0) * w + pixel % width - x0] = 0 }
    for x in 0..<w {
      let column = RegionDistances.transform((0..<h).map { squares[$0 * w + x] })
      for y in 0..<h { squares[y * w + x] = column[y] }
    }
    for y in 0..<h {
      let row = RegionDistances.transform(Array(squares[y * w..<(y + 1) * w]))
      for x in 0..<w where row[x] <= Double(radius * radius) {
        let (pixel, distance) = ((y + y0) * width + x + x0, row[x].squareRoot())
        if distance < nearest[pixel] {
          second[pixel] = nearest[pixel]
          nearest[pixel] = distance
        } else if distance < second[pixel] {
          second[pixel] = distance
        }
      }
    }
  }

  /// min over q of (p - q)² + f(q) for each p.
  static func transform(_ f: [Double]) -> [Double] {
    var (vertices, bounds) = ([0], [-Double.infinity])
    for q in f.indices.dropFirst() {
      func crossing(_ v: Int) -> Double {
        ((f[q] + Double(q * q)) - (f[v] + Double(v * v))) / Double(2 * (q - v))
      }
      var at = crossing(vertices[vertices.count - 1])
      while vertices.count > 1, at <= bounds[bounds.count - 1] {
        vertices.removeLast()
        bounds.removeLast()
        at = crossing(vertices[vertices.count - 1])
      }
      vertices.append(q)
      bounds.append(at)
    }
    var k = 0
    return f.indices.map { p in
      while k + 1 < vertices.count, bounds[k + 1] < Double(p) { k += 1 }
      return Double((p - vertices[k]) * (p - vertices[k])) + f[vertices[k]]
    }
  }
}
