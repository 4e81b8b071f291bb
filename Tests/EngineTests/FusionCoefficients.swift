import CKernels

/// Random coefficients of every fused load and sum, as float arrays that outlive the calls.
final class FusionCoefficients {
  let channels: Int
  private let storage: UnsafeMutablePointer<Float>
  private static let rows = 8

  init(_ channels: Int, seed: UInt64 = 11) {
    self.channels = channels
    storage = .allocate(capacity: Self.rows * channels)
    let numbers = KernelTensor.random(Self.rows * channels, seed: seed)
    for i in 0..<Self.rows * channels { storage[i] = Float(numbers[i]) }
    // a concatenation mixes rectified channels with others
    for c in 0..<channels { storage[2 * channels + c] = c % 3 == 1 ? -.infinity : 0 }
  }

  deinit { storage.deallocate() }

  private func row(_ index: Int) -> UnsafePointer<Float> {
    UnsafePointer(storage + index * channels)
  }
  private func value(_ index: Int, _ c: Int) -> Double { Double(storage[index * channels + c]) }

  /// max(scale x + shift, lower).
  func affine(_ view: rs_view) -> rs_source {
    var source = rs_source()
    (source.view, source.load) = (view, RS_LOAD_AFFINE)
    (source.scale, source.shift, source.lower) = (row(0), row(1), row(2))
    return source
  }

  /// The gradient through the rectifier and the norm of `z`.
  func normGradient(_ view: rs_view, of z: rs_view) -> rs_source {
    var source = affine(view)
    (source.load, source.forward) = (RS_LOAD_NORM_GRADIENT, z)
    (source.gain, source.slope, source.offset) = (row(3), row(4), row(5))
    return source
  }

  /// A sink that takes the sums of the gradient before `z`.
  func gradientSums(_ view: rs_view, of z: rs_view, into partials: UnsafeMutablePointer<Float>)
    -> rs_sink
  {
    var sink = rs_sink()
    (sink.view, sink.forward, sink.sums, sink.partials) = (view, z, RS_SUMS_GRADIENT, partials)
    (sink.scale, sink.shift, sink.lower) = (row(0), row(1), row(2))
    (sink.mean, sink.inverse_deviation) = (row(6), row(7))
    return sink
  }

  private func passes(_ z: Double, _ c: Int) -> Bool {
    value(0, c) * z + value(1, c) > value(2, c)
  }

  /// What the affine load gives.
  func expectedAffine(_ x: KernelTensor) -> DoubleTensor {
    DoubleTensor(x).map { max(value(0, $2) * $0 + value(1, $2), value(2, $2)) }
  }

  /// What the gradient load gives.
  func expectedNormGradient(_ x: KernelTensor, of z: KernelTensor) -> DoubleTensor {
    let z = z.values
    return DoubleTensor(x).map { x, i, c in
      value(3, c) * (passes(z[i], c) ? x : 0) + value(4, c) * z[i] + value(5, c)
    }
  }

  /// Both sums of each channel, one after the other.
  func expectedSums(_ y: DoubleTensor, of z: KernelTensor) -> [Double] {
    let z = z.values
    var sums = [Double](repeating: 0, count: 2 * channels)
    for (i, value) in y.values.enumerated() where passes(z[i], i % channels) {
      let c = i % channels
      sums[c] += value
      sums[channels + c] += value * (z[i] - self.value(6, c)) * self.value(7, c)
    }
    return sums
  }
}

/// Mean and sum of squares about it of each channel, one after the other.
func expectedMoments(_ y: DoubleTensor) -> [Double] {
  let count = Double(y.values.count / y.c)
  var result = [Double](repeating: 0, count: 2 * y.c)
  for (i, value) in y.values.enumerated() { result[i % y.c] += value / count }
  for (i, value) in y.values.enumerated() {
    let difference = value - result[i % y.c]
    result[y.c + i % y.c] += difference * difference
  }
  return result
}

/// The 2×2 maxima.
func expectedPooled(_ y: DoubleTensor) -> [Double] {
  var result: [Double] = []
  for n in 0..<y.n {
    for h in 0..<y.h / 2 {
      for w in 0..<y.w / 2 {
        for c in 0..<y.c {
          let values = [(0, 0), (0, 1), (1, 0), (1, 1)].map {
            y.values[((n * y.h + 2 * h + $0.0) * y.w + 2 * w + $0.1) * y.c + c]
          }
          result.append(values.reduce(-.infinity, max))
        }
      }
    }
  }
  return result
}

/// Runs `body` with room for the sums of `blocks` blocks and gives the merged sums.
func mergedSums(
  _ sums: rs_sums, blocks: Int, channels: Int, _ body: (UnsafeMutablePointer<Float>) -> Void
) -> [Double] {
  let count = blocks * rs_sums_stride(Int32(channels))
  let partials = UnsafeMutablePointer<Float>.allocate(capacity: count)
  partials.initialize(repeating: .nan, count: count)
  defer { partials.deallocate() }
  body(partials)
  var (first, second) = ([Double](repeating: 0, count: channels), [Double]())
  second = first
  if sums == RS_SUMS_MOMENTS {
    _ = rs_sums_merge_moments(partials, Int32(blocks), Int32(channels), &first, &second)
  } else {
    rs_sums_merge_gradients(partials, Int32(blocks), Int32(channels), &first, &second)
  }
  return first + second
}
