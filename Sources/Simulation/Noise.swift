/// Fractal gradient noise (Perlin 1985, 2002), the raw material of terrain, patches and clouds.
///
/// Each octave is turned by an angle of its own, so that no grid shows.
struct FractalNoise: Sendable {
  /// How the octaves are formed.
  enum Shape: Sendable {
    /// Rolling, symmetric about 0.
    case plain
    /// Sharp crests: one minus the absolute value.
    case ridged
  }

  /// The length of the largest waves, in pixels.
  var wavelength: Float
  /// The number of octaves; each has half the wavelength of the one before.
  var octaves: Int
  /// The amplitude of an octave relative to the one before.
  var gain: Float = 0.5
  /// How the octaves are formed.
  var shape: Shape = .plain
  /// How much longer the waves are along the columns than along the rows, for streaks.
  var stretch: Float = 1

  /// Makes a field of mean about 0 and most values within -1 … 1.
  func field(width: Int, height: Int, random: inout RandomSource) -> Field {
    var result = Field(width: width, height: height)
    var frequency = 1 / wavelength
    var amplitude: Float = 1
    var total: Float = 0
    for _ in 0..<octaves {
      let octave = Octave(random: &random)
      octave.add(
        to: &result, frequency: frequency, amplitude: amplitude, stretch: stretch, shape: shape)
      total += amplitude * amplitude
      frequency *= 2
      amplitude *= gain
    }
    // An octave has a standard deviation of about 0.35; bring the sum to about 0.45.
    let scale = 1.3 / total.squareRoot()
    for index in result.values.indices { result.values[index] *= scale }
    return result
  }
}

/// One octave: random unit gradients on a lattice that repeats after 256 nodes.
private struct Octave {
  private let permutation: [UInt8]
  private let gradients: [SIMD2<Float>]
  private let rotation: SIMD2<Float>
  private let offset: SIMD2<Float>

  init(random: inout RandomSource) {
    var order = [UInt8](0...255)
    for i in stride(from: 255, to: 0, by: -1) { order.swapAt(i, random.index(below: i + 1)) }
    permutation = order + order
    gradients = (0..<256).map { k in
      let angle = Float(k) * (6.283_185_3 / 256)
      return SIMD2(PortableMath.cos(angle), PortableMath.sin(angle))
    }
    let angle = random.uniform(0, 6.28)
    rotation = SIMD2(PortableMath.cos(angle), PortableMath.sin(angle))
    // Far from zero, so that truncation is the floor for every pixel of a scene.
    offset = SIMD2(random.uniform(16_384, 16_640), random.uniform(16_384, 16_640))
  }

  func add(
    to field: inout Field, frequency: Float, amplitude: Float, stretch: Float,
    shape: FractalNoise.Shape
  ) {
    let (width, height) = (field.width, field.height)
    permutation.withUnsafeBufferPointer { p in
      gradients.withUnsafeBufferPointer { g in
        field.values.withUnsafeMutableBufferPointer { out in
          for y in 0..<height {
            for x in 0..<width {
              let u = Float(x) * frequency / stretch
              let v = Float(y) * frequency
              let px = u * rotation.x - v * rotation.y
              let py = u * rotation.y + v * rotation.x
              let value = Self.value(at: px, py, offset, p, g)
              let shaped = shape == .plain ? value : 0.6 - 2 * abs(value)
              out[y &* width &+ x] += amplitude * shaped
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func value(
    at x: Float, _ y: Float, _ offset: SIMD2<Float>, _ p: UnsafeBufferPointer<UInt8>,
    _ g: UnsafeBufferPointer<SIMD2<Float>>
  ) -> Float {
    // Double keeps the fraction exact beside the large offset.
    let dx = Double(x) + Double(offset.x)
    let dy = Double(y) + Double(offset.y)
    let ix = Int(dx)
    let iy = Int(dy)
    let fx = Float(dx - Double(ix))
    let fy = Float(dy - Double(iy))
    let left = ix & 255
    let right = (ix &+ 1) & 255
    let top = Int(p[iy & 255])
    let bottom = Int(p[(iy &+ 1) & 255])
    let a = g[Int(p[left &+ top])]
    let b = g[Int(p[right &+ top])]
    let c = g[Int(p[left &+ bottom])]
    let d = g[Int(p[right &+ bottom])]
    let sx = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
    let sy = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
    let na = a.x * fx + a.y * fy
    let nb = b.x * (fx - 1) + b.y * fy
    let nc = c.x * fx + c.y * (fy - 1)
    let nd = d.x * (fx - 1) + d.y * (fy - 1)
    let upper = na + (nb - na) * sx
    let lower = nc + (nd - nc) * sx
    return upper + (lower - upper) * sy
  }
}
