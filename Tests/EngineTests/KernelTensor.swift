import CKernels

/// Float NHWC data for kernel tests: a view into wider pixels, with values around it that no kernel may
/// touch.
final class KernelTensor {
  /// Guards before the first and behind the last pixel.
  private static let margin = 64
  private static let guardValue: Float = 12345.75

  private let storage: UnsafeMutableBufferPointer<Float>
  /// The view to call kernels with.
  let view: rs_view

  /// Random values in -1 ..< 1; `surplus` channels lie between the pixels.
  init(
    _ n: Int, _ h: Int, _ w: Int, _ c: Int, surplus: Int = 3, seed: UInt64 = 1,
    offset: Double = 0
  ) {
    let stride = c + surplus
    storage = .allocate(capacity: n * h * w * stride + 2 * Self.margin)
    storage.initialize(repeating: Self.guardValue)
    let first = storage.baseAddress.map { $0 + Self.margin }
    view = rs_view(
      data: first, n: Int32(n), h: Int32(h), w: Int32(w), c: Int32(c), stride: Int64(stride))
    write(KernelTensor.random(n * h * w * c, seed: seed).map { $0 + offset })
  }

  deinit { storage.deallocate() }

  private func index(_ pixel: Int, _ channel: Int) -> Int {
    Self.margin + pixel * Int(view.stride) + channel
  }

  private var pixels: Int { Int(view.n) * Int(view.h) * Int(view.w) }

  /// The values in (N, H, W, C) order.
  var values: [Double] {
    (0..<pixels).flatMap { p in (0..<Int(view.c)).map { Double(storage[index(p, $0)]) } }
  }

  /// Replaces the values.
  func write(_ values: [Double]) {
    let c = Int(view.c)
    for p in 0..<pixels {
      for q in 0..<c { storage[index(p, q)] = Float(values[p * c + q]) }
    }
  }

  /// Whether everything outside the view is as it was.
  var guardsHold: Bool {
    let stride = Int(view.stride)
    for i in storage.indices {
      let inside = i - Self.margin
      let isData = inside >= 0 && inside < pixels * stride && inside % stride < Int(view.c)
      if !isData && storage[i] != Self.guardValue { return false }
    }
    return true
  }

  /// The view without data: a kernel that stores nothing.
  var unstored: rs_view {
    var copy = view
    copy.data = nil
    return copy
  }

  /// Numbers in -1 ..< 1 that depend on the seed alone.
  static func random(_ count: Int, seed: UInt64) -> [Double] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Double(Float(Int64(state >> 40)) / Float(1 << 23) - 1)
    }
  }
}

/// The naive double kernels on the same numbers.
struct DoubleTensor {
  var values: [Double]
  let n, h, w, c: Int

  init(_ tensor: KernelTensor) {
    self.init(
      tensor.values, Int(tensor.view.n), Int(tensor.view.h), Int(tensor.view.w),
      Int(tensor.view.c))
  }

  init(_ values: [Double], _ n: Int, _ h: Int, _ w: Int, _ c: Int) {
    (self.values, self.n, self.h, self.w, self.c) = (values, n, h, w, c)
  }

  /// Calls `body` with a view of the values.
  mutating func withView<Result>(_ body: (UnsafePointer<rs_view>) -> Result) -> Result {
    let (n, h, w, c) = (Int32(n), Int32(h), Int32(w), Int32(c))
    return values.withUnsafeMutableBytes { bytes in
      var view = rs_view(data: bytes.baseAddress, n: n, h: h, w: w, c: c, stride: Int64(c))
      return body(&view)
    }
  }

  /// The values with `transform` applied by (value, index, channel).
  func map(_ transform: (Double, Int, Int) -> Double) -> DoubleTensor {
    var copy = self
    for i in values.indices { copy.values[i] = transform(values[i], i, i % c) }
    return copy
  }

  /// The largest difference of the values, relative to the largest value of this tensor.
  func error(of other: [Double]) -> Double { relativeError(values, other) }
}

/// The largest difference, relative to the largest expected value (1 where all are 0).
func relativeError(_ expected: [Double], _ found: [Double]) -> Double {
  precondition(expected.count == found.count, "\(expected.count) and \(found.count) values")
  let scale = expected.reduce(0) { max($0, abs($1)) }
  var worst = 0.0
  for (a, b) in zip(expected, found) where !(abs(a - b) <= worst) {
    worst = a == b ? worst : (a - b).isNaN ? .infinity : abs(a - b)
  }
  return worst / (scale == 0 ? 1 : scale)
}

/// The instruction sets of this machine.
let instructionSets: [rs_isa] = [RS_ISA_PORTABLE, RS_ISA_AVX2, RS_ISA_AVX512].filter {
  $0.rawValue <= rs_isa_best().rawValue
}

/// Runs `body` with the kernels of one instruction set and a pool of that many threads.
func withKernels<Result>(
  _ isa: rs_isa, threads: Int = 1, _ body: (OpaquePointer?) throws -> Result
) rethrows -> Result {
  rs_isa_use_in_thread(Int32(isa.rawValue))
  let pool = rs_pool_create(Int32(threads))
  defer {
    rs_pool_destroy(pool)
    rs_isa_use_in_thread(-1)
  }
  return try body(pool)
}
