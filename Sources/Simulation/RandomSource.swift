/// A seeded generator of pseudo-random numbers that gives the same sequence on every machine.
///
/// The state follows xoshiro256** (Blackman and Vigna 2018), filled from the seed by SplitMix64.
/// Numbers are derived by exact arithmetic only, so that scenes can be compared byte by byte.
struct RandomSource: Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Starts a sequence.
  ///
  /// - Parameters:
  ///   - seed: The seed that the user chose.
  ///   - stream: A number of its own for each use of the seed, so that a change in one part of the
  ///     simulator leaves the random numbers of the other parts alone.
  init(seed: UInt64, stream: UInt64 = 0) {
    var mixer = seed ^ (stream &* 0xD134_2543_DE82_EF95)
    state = (
      Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer)
    )
  }

  /// One step of SplitMix64.
  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return scramble(state)
  }

  /// Scrambles the bits of a number (the finaliser of SplitMix64).
  static func scramble(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0 ..< 1 that belongs to a key, such as a property of the parcel with that number.
  static func uniform(key: UInt64, salt: UInt64) -> Float {
    let bits = scramble(key &+ salt &* 0x9E37_79B9_7F4A_7C15) >> 40
    return Float(bits) * 0x1p-24
  }

  /// The next 64 bits.
  mutating func next() -> UInt64 {
    func rotated(_ x: UInt64, _ k: UInt64) -> UInt64 { (x << k) | (x >> (64 - k)) }
    let result = rotated(state.1 &* 5, 7) &* 9
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotated(state.3, 45)
    return result
  }

  /// A number in 0 ..< 1.
  mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number between two bounds.
  mutating func uniform(_ low: Float, _ high: Float) -> Float {
    low + (high - low) * uniform()
  }

  /// A whole number in 0 ..< `count`.
  mutating func index(below count: Int) -> Int {
    precondition(count > 0, "cannot draw one of \(count) items")
    // The bias of taking the high half is below 2^-32 for the sizes met here.
    return Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(count)) >> 32)
  }

  /// A number of mean 0 and standard deviation 1, about normal, within ±3.5.
  ///
  /// The sum of four uniform numbers: no logarithm, whose last bit differs between C libraries.
  mutating func gaussian() -> Float {
    let bits = next()
    let sum = (bits & 0xFFFF) &+ ((bits >> 16) & 0xFFFF) &+ ((bits >> 32) & 0xFFFF) &+ (bits >> 48)
    return (Float(sum) - 131_070) * 2.642_93e-5
  }
}
