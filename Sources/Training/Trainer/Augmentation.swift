import Engine

/// Random changes of a training window: flips, quarter turns, spectral jitter.
///
/// All bands of a window get the same flip and turn as its labels. Jitter multiplies each band by
/// `1 + gain · z` and adds `shift · z'` (z normal, drawn anew for each window and band), in
/// units of the normalised band's deviation; pixels that are not observed stay 0.
public struct Augmentation: Sendable {
  /// Whether to mirror left and right, up and down.
  public var flips: Bool
  /// Whether to turn by 0, 90, 180 or 270 degrees; windows must be square.
  public var turns: Bool
  /// Standard deviation of the gain of a band.
  public var gain: Double
  /// Standard deviation of the shift of a band, in deviations of the band.
  public var shift: Double

  /// Makes an augmentation.
  public init(flips: Bool, turns: Bool, gain: Double, shift: Double) {
    self.flips = flips
    self.turns = turns
    self.gain = gain
    self.shift = shift
  }

  /// Changes one window in place.
  ///
  /// - Parameters:
  ///   - pixels: (side, side, bands), normalised.
  ///   - labels: (side, side).
  ///   - observed: (side, side), 0 where not observed.
  ///   - generator: Where chance comes from.
  public func apply(
    to pixels: inout [Float], labels: inout [UInt8], observed: inout [UInt8], side: Int,
    bands: Int, using generator: inout SeededGenerator
  ) {
    let symmetry = Symmetry(
      mirrors: flips && generator.uniform() < 0.5, flips: flips && generator.uniform() < 0.5,
      transposes: turns && generator.uniform() < 0.5)
    if !symmetry.isIdentity {
      symmetry.apply(to: &pixels, side: side, bands: bands)
      symmetry.apply(to: &labels, side: side, bands: 1)
      symmetry.apply(to: &observed, side: side, bands: 1)
    }
    guard gain > 0 || shift > 0 else { return }
    let gains = (0..<bands).map { _ in Float(1 + gain * generator.normal()) }
    let shifts = (0..<bands).map { _ in Float(shift * generator.normal()) }
    for pixel in 0..<side * side where observed[pixel] != 0 {
      for band in 0..<bands {
        pixels[pixel * bands + band] = pixels[pixel * bands + band] * gains[band] + shifts[band]
      }
    }
  }
}

/// One of the eight symmetries of a square: a transposition, then mirrors.
struct Symmetry {
  var mirrors: Bool
  var flips: Bool
  var transposes: Bool

  var isIdentity: Bool { !mirrors && !flips && !transposes }

  func apply<Element>(to values: inout [Element], side: Int, bands: Int) {
    let source = values
    for row in 0..<side {
      for column in 0..<side {
        let (r, c) = (flips ? side - 1 - row : row, mirrors ? side - 1 - column : column)
        let from = transposes ? c * side + r : r * side + c
        for band in 0..<bands {
          values[(row * side + column) * bands + band] = source[from * bands + band]
        }
      }
    }
  }
}
