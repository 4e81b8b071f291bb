import Engine

/// Random symmetries of a training window: flips and quarter turns.
///
/// All bands of a window get the same symmetry as its labels.
public struct Augmentation: Sendable {
  /// Whether to mirror left and right, up and down.
  public var flips: Bool
  /// Whether to turn by 0, 90, 180 or 270 degrees; windows must be square.
  public var turns: Bool

  /// Makes an augmentation.
  public init(flips: Bool, turns: Bool) {
    self.flips = flips
    self.turns = turns
  }

  /// Changes one window in place.
  ///
  /// - Parameters:
  ///   - pixels: (side, side, bands).
  ///   - labels: (side, side).
  ///   - generator: Where chance comes from.
  public func apply(
    to pixels: inout [Float], labels: inout [UInt8], side: Int, bands: Int,
    using generator: inout SeededGenerator
  ) {
    let symmetry = draw(using: &generator)
    guard !symmetry.isIdentity else { return }
    symmetry.apply(to: &pixels, side: side, bands: bands)
    symmetry.apply(to: &labels, side: side, bands: 1)
  }
}

extension Augmentation {
  /// One of the symmetries that are allowed, each as likely as the others.
  func draw(using generator: inout SeededGenerator) -> Symmetry {
    if turns && !flips {
      return Symmetry.quarterTurns[generator.index(below: Symmetry.quarterTurns.count)]
    }
    return Symmetry(
      mirrors: flips && generator.uniform() < 0.5, flips: flips && generator.uniform() < 0.5,
      transposes: turns && generator.uniform() < 0.5)
  }
}

/// One of the eight symmetries of a square: a transposition, then mirrors.
struct Symmetry {
  var mirrors: Bool
  var flips: Bool
  var transposes: Bool

  /// Turns by 0, 90, 180 and 270 degrees: a transposition alone would mirror.
  static let quarterTurns = [
    Symmetry(mirrors: false, flips: false, transposes: false),
    Symmetry(mirrors: true, flips: false, transposes: true),
    Symmetry(mirrors: true, flips: true, transposes: false),
    Symmetry(mirrors: false, flips: true, transposes: true),
  ]

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
