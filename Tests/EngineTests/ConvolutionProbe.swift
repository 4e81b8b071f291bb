import CKernels

/// One convolution with random weights, its fast passes and the naive double ones.
struct ConvolutionProbe {
  let geometry: rs_conv
  let images, height, width: Int
  let weights: [Double]
  let bias: [Double]

  init(
    _ algorithm: rs_conv_algorithm, images: Int, height: Int, width: Int, inputs: Int,
    outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1, dilation: Int = 1
  ) {
    geometry = rs_conv(
      inputs: Int32(inputs), outputs: Int32(outputs), kernel_h: Int32(kernel),
      kernel_w: Int32(kernel), stride: Int32(stride), padding: Int32(padding),
      dilation: Int32(dilation), groups: 1, algorithm: algorithm)
    (self.images, self.height, self.width) = (images, height, width)
    weights = KernelTensor.random(inputs * outputs * kernel * kernel, seed: 5)
    bias = KernelTensor.random(outputs, seed: 6)
  }

  private func extent(_ size: Int) -> Int {
    let span = Int(geometry.dilation) * (Int(geometry.kernel_h) - 1) + 1
    return (size + 2 * Int(geometry.padding) - span) / Int(geometry.stride) + 1
  }

  /// A tensor of the input's shape.
  func input(seed: UInt64 = 1) -> KernelTensor {
    KernelTensor(images, height, width, Int(geometry.inputs), seed: seed)
  }

  /// A tensor of the output's shape.
  func output(seed: UInt64 = 2) -> KernelTensor {
    KernelTensor(
      images, extent(height), extent(width), Int(geometry.outputs), surplus: 5, seed: seed)
  }

  private var naive: rs_conv {
    var copy = geometry
    copy.algorithm = RS_CONV_NAIVE
    return copy
  }

  /// Blocks of sums of a pass.
  func sumBlocks(_ pass: rs_pass) -> Int {
    Int(rs_fused_sum_blocks([geometry], pass, [input().view], [output().view]))
  }

  /// Calls `body` with packed weights and scratch, and checks that neither was overrun.
  func withMemory(
    _ pass: rs_pass, _ pool: OpaquePointer?,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutableRawPointer) -> Void
  ) -> Bool {
    let threads = rs_pool_threads(pool)
    let count =
      pass == RS_PASS_WEIGHT_GRADIENT ? 0 : rs_fused_packed_count([geometry], pass)
    let bytes = rs_fused_scratch_bytes([geometry], pass, [input().view], [output().view], threads)
    let packed = UnsafeMutablePointer<Float>.allocate(capacity: count + 16)
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes + 64, alignment: 16)
    defer {
      packed.deallocate()
      scratch.deallocate()
    }
    // NaN everywhere: what a kernel reads without having written it shows in the result
    packed.initialize(repeating: .nan, count: count)
    (packed + count).initialize(repeating: 77, count: 16)
    for i in 0..<bytes { scratch[i] = 0xFF }
    for i in bytes..<bytes + 64 { scratch[i] = 0x5A }
    if count > 0 { rs_fused_pack(pool, [geometry], pass, weights.map(Float.init), packed) }
    guard let base = scratch.baseAddress else { return false }
    body(packed, base)
    return (0..<16).allSatisfy { packed[count + $0] == 77 }
      && (bytes..<bytes + 64).allSatisfy { scratch[$0] == 0x5A }
  }

  /// The naive forward pass, over what `y` holds where `accumulate`.
  func expectedForward(
    _ x: DoubleTensor, into y: KernelTensor, bias: [Double]?, accumulate: Bool = false
  ) -> DoubleTensor {
    var (x, result) = (x, DoubleTensor(y))
    let pool = rs_pool_create(1)
    defer { rs_pool_destroy(pool) }
    x.withView { x in
      result.withView { y in
        rs_conv_forward(
          RS_FLOAT64, pool, [naive], x, weights, bias, y, accumulate ? 1 : 0, nil)
      }
    }
    return result
  }

  /// The naive gradient by the input.
  func expectedInputGradient(
    _ dy: DoubleTensor, into dx: KernelTensor, accumulate: Bool = false
  ) -> DoubleTensor {
    var (dy, result) = (dy, DoubleTensor(dx))
    let pool = rs_pool_create(1)
    defer { rs_pool_destroy(pool) }
    dy.withView { dy in
      result.withView { dx in
        rs_conv_backward_input(
          RS_FLOAT64, pool, [naive], dy, weights, nil, dx, accumulate ? 1 : 0, nil)
      }
    }
    return result
  }

  /// The naive gradient by the weights.
  func expectedWeightGradient(_ x: DoubleTensor, _ dy: DoubleTensor) -> [Double] {
    var (x, dy, result) = (x, dy, [Double](repeating: 0, count: weights.count))
    let pool = rs_pool_create(1)
    defer { rs_pool_destroy(pool) }
    x.withView { x in
      dy.withView { dy in
        rs_conv_backward_weight(RS_FLOAT64, pool, [naive], x, dy, &result, nil)
      }
    }
    return result
  }
}
