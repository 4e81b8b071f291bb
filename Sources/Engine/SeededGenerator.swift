import Glibc

/// Random numbers that follow from a seed alone: xoshiro256** seeded by SplitMix64 (Blackman and
/// Vigna 2018).
///
/// Its state can be stored in a checkpoint.
public struct SeededGenerator: RandomNumberGenerator, Sendable, Equatable {
  /// The four words of the state.
  public private(set) var state: [UInt64]

  /// Starts from a seed; neighbouring seeds give unrelated numbers.
  public init(seed: UInt64) {
    var word = seed
    state = (0..<4).map { _ in
      word &+= 0x9e37_79b9_7f4a_7c15
      var mixed = word
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  /// Continues from a stored state of four words, not all zero.
  public init(state: [UInt64]) {
    precondition(state.count == 4 && state.contains { $0 != 0 }, "not a generator state: \(state)")
    self.state = state
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    func rotated(_ word: UInt64, _ bits: UInt64) -> UInt64 {
      (word << bits) | (word >> (64 - bits))
    }
    let result = rotated(state[1] &* 5, 7) &* 9
    let shifted = state[1] << 17
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= shifted
    state[3] = rotated(state[3], 45)
    return result
  }

  /// A number in 0 ..< 1 with 53 random bits.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number in `range`.
  public mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A whole number in 0 ..< bound; `bound` is at least 1.
  public mutating func index(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// A normally distributed number of mean 0 and variance 1 (Box and Muller 1958).
  public mutating func normal() -> Double {
    let radius = sqrt(-2 * log(1 - uniform()))
    return radius * cos(2 * .pi * uniform())
  }
}
