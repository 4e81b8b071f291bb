import Glibc

/// SHA-256 (FIPS 180-4) of bytes and files, as 64 hexadecimal digits.
public struct Digest: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
    0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Starts with no bytes.
  public init() {}

  /// The digest of some bytes.
  public static func of(_ bytes: some Sequence<UInt8>) -> String {
    var digest = Digest()
    digest.add(Array(bytes))
    return digest.finish()
  }

  /// The digest of a file.
  ///
  /// - Parameter check: Called after each megabyte; what it throws ends the reading.
  /// - Throws: `RunError` if it cannot be read.
  public static func ofFile(
    _ path: String, check: () throws -> Void = {}
  ) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw RunError(.input, "\(path): cannot read: \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var digest = Digest()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw RunError(.input, "\(path): cannot read: \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { return digest.finish() }
      digest.add(count == buffer.count ? buffer : Array(buffer[..<count]))
      try check()
    }
  }

  /// Adds bytes.
  public mutating func add(_ bytes: [UInt8]) {
    byteCount += UInt64(bytes.count)
    let all = pending.isEmpty ? bytes : pending + bytes
    let whole = all.count / 64 * 64
    all.withUnsafeBufferPointer { all in
      for start in stride(from: 0, to: whole, by: 64) { addBlock(all, start) }
    }
    pending = Array(all[whole...])
  }

  /// The digest of all bytes added.
  public func finish() -> String {
    var last = self
    let bits = byteCount * 8
    let zeros = (119 - pending.count % 64) % 64
    last.add([0x80] + [UInt8](repeating: 0, count: zeros))
    last.add((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    return last.state.map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 8 - text.count) + text
    }.joined()
  }

  private mutating func addBlock(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) {
    func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 {
      (word >> bits) | (word << (32 - bits))
    }
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
      for i in 0..<16 {
        let at = start + 4 * i
        w[i] =
          UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8
          | UInt32(bytes[at + 3])
      }
      for i in 16..<64 {
        let s0 = rotated(w[i - 15], 7) ^ rotated(w[i - 15], 18) ^ (w[i - 15] >> 3)
        let s1 = rotated(w[i - 2], 17) ^ rotated(w[i - 2], 19) ^ (w[i - 2] >> 10)
        w[i] = w[i - 16] &+ s0 &+ w[i - 7] &+ s1
      }
      var (a, b, c, d) = (state[0], state[1], state[2], state[3])
      var (e, f, g, h) = (state[4], state[5], state[6], state[7])
      for i in 0..<64 {
        let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
        let t1 = h &+ s1 &+ ((e & f) ^ (~e & g)) &+ Digest.constants[i] &+ w[i]
        let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
        let t2 = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
      }
      for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
    }
  }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    var primes: [Int] = []
    var candidate = 2
    while primes.count < 64 {
      if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
      candidate += 1
    }
    // ⌊2³² · p^(1/3)⌋ by integers: the largest r with r³ ≤ p · 2⁹⁶, bit by bit
    return primes.map { prime in
      var root: UInt64 = 0
      for bit in (0..<36).reversed() {
        let next = root | 1 << UInt64(bit)
        if isCube(next, atMost: prime) { root = next }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()

  /// Whether r³ ≤ p · 2⁹⁶, for r below 2³⁶.
  private static func isCube(_ r: UInt64, atMost p: Int) -> Bool {
    let square = r.multipliedFullWidth(by: r)
    let low = square.low.multipliedFullWidth(by: r)
    let high = square.high.multipliedFullWidth(by: r)
    let middle = low.high.addingReportingOverflow(high.low)
    let top = high.high &+ (middle.overflow ? 1 : 0)
    // the cube is top · 2¹²⁸ + middle · 2⁶⁴ + low; p · 2⁹⁶ is (p · 2³²) · 2⁶⁴
    guard top == 0 else { return false }
    let limit = UInt64(p) << 32
    return middle.partialValue < limit || (middle.partialValue == limit && low.low == 0)
  }
}
