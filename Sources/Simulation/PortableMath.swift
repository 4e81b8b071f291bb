// Nothing is called by name, but rounding and square roots are in its library: this links it.
import Glibc

/// Elementary functions built from exact operations.
///
/// The C library's `exp`, `sin` and `cos` differ in the last bit between versions and processors;
/// one such bit can send a simulated fire another way. Sums, products and square roots are exact by
/// IEEE 754, so these give the same bits everywhere. Their error, below 1e-6, is of no account here.
enum PortableMath {
  /// The natural exponential for -80 … 80; beyond, the value at the bound.
  static func exp(_ x: Float) -> Float {
    let bounded = Double(min(max(x, -80), 80))
    let power = (bounded * 1.442_695_040_888_963_4).rounded()
    let rest = bounded - power * 0.693_147_180_559_945_3
    var sum = 1.0
    for k in stride(from: 10.0, through: 1.0, by: -1.0) { sum = 1 + rest * sum / k }
    return Float(sum * Double(sign: .plus, exponent: Int(power), significand: 1))
  }

  /// The sine of an angle in radians, -10 … 10.
  static func sin(_ x: Float) -> Float {
    let turn = 6.283_185_307_179_586
    var angle = Double(x)
    angle -= (angle / turn).rounded() * turn
    // sin(x) = sin(π - x) brings the argument into -π/2 … π/2, where the series is short.
    if angle > turn / 4 { angle = turn / 2 - angle }
    if angle < -turn / 4 { angle = -turn / 2 - angle }
    let square = angle * angle
    var sum = 1.0
    for k in stride(from: 14.0, through: 2.0, by: -2.0) { sum = 1 - square * sum / (k * (k + 1)) }
    return Float(angle * sum)
  }

  /// The cosine of an angle in radians, -8 … 8.
  static func cos(_ x: Float) -> Float { sin(x + 1.570_796_4) }

  /// Converts degrees to radians.
  static func radians(_ degrees: Float) -> Float { degrees * 0.017_453_292 }
}

extension Float {
  /// The value brought into 0 … 1.
  var clamped: Float { Swift.min(Swift.max(self, 0), 1) }

  /// The value brought into a range.
  func clamped(_ low: Float, _ high: Float) -> Float { Swift.min(Swift.max(self, low), high) }

  /// A smooth step from 0 at `low` to 1 at `high` (from 1 to 0 where `low` is the larger one).
  func step(_ low: Float, _ high: Float) -> Float {
    let t = ((self - low) / (high - low)).clamped
    return t * t * (3 - 2 * t)
  }
}
