/// What the instrument makes of the light: blur, misregistration, noise, steps and gaps.
struct Sensor: Sendable {
  /// The reflectance of one step of the digital numbers.
  static let step: Float = 0.001

  /// The standard deviation of the noise in reflectance, by band; between what Landsat 5 and 8 have.
  static let noise = Bands(0.0010, 0.0010, 0.0012, 0.0017, 0.0017, 0.0015, 0, 0)

  /// Blurs by a kernel of three pixels each way and moves the image by less than a pixel.
  ///
  /// - Parameters:
  ///   - spread: The weight of each neighbour, 0 … 0.25.
  ///   - shift: The move in pixels, -0.5 … 0.5, along columns and rows.
  static func blurred(
    _ image: [Bands], width: Int, height: Int, spread: Float, shift: SIMD2<Float>
  ) -> [Bands] {
    func weights(_ shift: Float) -> (Float, Float, Float) {
      (spread + max(shift, 0), 1 - 2 * spread - abs(shift), spread + max(-shift, 0))
    }
    let across = weights(shift.x)
    let down = weights(shift.y)
    var rows = image
    var result = image
    image.withUnsafeBufferPointer { from in
      for y in 0..<height {
        for x in 0..<width {
          let start = y * width
          rows[start + x] =
            across.0 * from[start + max(x - 1, 0)] + across.1 * from[start + x]
            + across.2 * from[start + min(x + 1, width - 1)]
        }
      }
    }
    rows.withUnsafeBufferPointer { from in
      for y in 0..<height {
        for x in 0..<width {
          result[y * width + x] =
            down.0 * from[max(y - 1, 0) * width + x] + down.1 * from[y * width + x]
            + down.2 * from[min(y + 1, height - 1) * width + x]
        }
      }
    }
    return result
  }

  /// Adds noise and rounds to digital numbers; what is not observed becomes 0.
  ///
  /// - Parameter noiseFactor: Multiplies the usual noise.
  static func digitised(
    _ image: [Bands], observed: [Bool], noiseFactor: Float, random: inout RandomSource
  ) -> [[UInt16]] {
    var planes = [[UInt16]](
      repeating: [UInt16](repeating: 0, count: image.count), count: 6)
    for band in 0..<6 {
      let sigma = noise[band] * noiseFactor
      planes[band].withUnsafeMutableBufferPointer { plane in
        for pixel in plane.indices {
          let value = image[pixel][band] + sigma * random.gaussian()
          guard observed[pixel] else { continue }
          plane[pixel] = UInt16((value / step).rounded().clamped(1, 1600))
        }
      }
    }
    return planes
  }

  /// The pixels that the instrument saw: within the slanted swath and off the dead stripes.
  static func swath(width: Int, height: Int, random: inout RandomSource) -> [Bool] {
    let (w, h) = (Float(width), Float(height))
    let left = random.uniform(0.04, 0.10) * w
    let leftEnd = random.uniform(0.4, 0.8) * h
    let right = random.uniform(0.03, 0.09) * w
    let rightStart = random.uniform(0.3, 0.65) * h
    var observed = [Bool](repeating: true, count: width * height)
    for y in 0..<height {
      let from = left * (1 - Float(y) / leftEnd)
      let to = w - right * max(0, Float(y) - rightStart) / (h - rightStart)
      for x in 0..<width {
        observed[y * width + x] = Float(x) >= from && Float(x) < to
      }
    }
    for _ in 0..<3 {
      let row = random.index(below: height)
      let tilt = random.uniform(0.04, 0.08)
      let start = random.index(below: width)
      let length = width / 6 + random.index(below: width / 2 + 1)
      let thickness = 1 + random.index(below: 2)
      for x in start..<min(start + length, width) {
        let y = row + Int(tilt * Float(x - start))
        for line in y..<y + thickness where line < height { observed[line * width + x] = false }
      }
    }
    return observed
  }
}
