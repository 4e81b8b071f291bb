import CKernels

/// The kernel calls that convolutions and transposed convolutions share.
///
/// In double, in groups and as the oracle they are naive or matrix products; in single precision the
/// vector kernels, which normalise while they load and collect sums while they store.
struct ConvolutionKernel {
  let geometry: rs_conv
  /// Whether the vector kernels serve it.
  let isVectorised: Bool

  init(_ geometry: rs_conv, _ choice: KernelChoice, _ type: ElementType) {
    var geometry = geometry
    if choice == .naive || geometry.groups > 1 {
      geometry.algorithm = RS_CONV_NAIVE
    } else if type == .float32 {
      geometry.algorithm = rs_conv_fastest([geometry], choice == .exact ? 1 : 0)
    } else {
      geometry.algorithm = RS_CONV_GEMM
    }
    isVectorised =
      geometry.algorithm == RS_CONV_WINOGRAD || geometry.algorithm == RS_CONV_DIRECT
    self.geometry = geometry
  }

  /// The name in listings.
  var algorithm: String {
    switch geometry.algorithm {
    case RS_CONV_WINOGRAD: "winograd"
    case RS_CONV_DIRECT: "direct"
    case RS_CONV_GEMM: "gemm"
    default: "naive"
    }
  }

  /// Memory for the passes; `forward` is the one that prediction needs.
  func workspace(x: Shape, y: Shape, forward: rs_pass, in context: PlanContext) -> Workspace {
    let (x, y) = (x.kernelView, y.kernelView)
    guard isVectorised else {
      let scratch = rs_conv_scratch_bytes(
        context.type.kernelType, [geometry], [x], [y], Int32(context.threads))
      return Workspace(
        scratchBytes: scratch,
        preparedBytes: 2 * rs_conv_packed_count([geometry]) * context.type.size)
    }
    let passes =
      context.isTraining
      ? [RS_PASS_FORWARD, RS_PASS_INPUT_GRADIENT, RS_PASS_WEIGHT_GRADIENT] : [forward]
    let scratch = passes.map { pass in
      let room = Arena.rounded(
        rs_fused_scratch_bytes([geometry], pass, [x], [y], Int32(context.threads)))
      guard context.isTraining, pass != RS_PASS_WEIGHT_GRADIENT else { return room }
      return room + packedBytes(pass) + partialsBytes(pass, x, y)
    }
    return Workspace(
      scratchBytes: scratch.max() ?? 0, preparedBytes: context.isTraining ? 0 : packedBytes(forward)
    )
  }

  private func packedBytes(_ pass: rs_pass) -> Int {
    Arena.rounded(rs_fused_packed_count([geometry], pass) * 4)
  }

  /// Blocks of sums of a pass.
  func sumBlocks(_ pass: rs_pass, _ x: rs_view, _ y: rs_view) -> Int32 {
    rs_fused_sum_blocks([geometry], pass, [x], [y])
  }

  private func partialsBytes(_ pass: rs_pass, _ x: rs_view, _ y: rs_view) -> Int {
    let channels = pass == RS_PASS_FORWARD ? y.c : x.c
    return Arena.rounded(
      Int(sumBlocks(pass, x, y)) * rs_sums_stride(channels) * MemoryLayout<Float>.size)
  }

  /// Brings the weights into the layout of prediction.
  func prepare(_ call: OperationCall, forward: rs_pass, weight: UnsafeMutableRawPointer) {
    guard isVectorised else {
      rs_conv_pack_forward(call.type.kernelType, [geometry], weight, call.prepared)
      rs_conv_pack_backward(call.type.kernelType, [geometry], weight, backwardWeights(call))
      return
    }
    guard !call.isTraining else { return }
    pack(call, forward, weight, call.prepared)
  }

  private func pack(
    _ call: OperationCall, _ pass: rs_pass, _ weight: UnsafeMutableRawPointer,
    _ packed: UnsafeMutableRawPointer
  ) {
    rs_fused_pack(
      call.pool.handle, [geometry], pass, weight.assumingMemoryBound(to: Float.self),
      packed.assumingMemoryBound(to: Float.self))
  }

  /// The forward pass or the gradient by the input, by the vector kernels.
  ///
  /// - Parameter sums: Called before the pass to say which sums the sink takes, with room for them.
  func run(
    _ pass: rs_pass, _ call: OperationCall, from source: rs_source, to sink: rs_sink,
    sums: (inout rs_sink, UnsafeMutablePointer<Float>) -> Void = { _, _ in }
  ) {
    var (packed, scratch, sink) = (call.prepared, call.scratch, sink)
    if call.isTraining {
      // training changes the weights at each step: they are packed where they are used
      packed = scratch
      scratch += packedBytes(pass)
      let (x, y) = pass == RS_PASS_FORWARD ? (source.view, sink.view) : (sink.view, source.view)
      sums(&sink, scratch.assumingMemoryBound(to: Float.self))
      scratch += partialsBytes(pass, x, y)
      pack(call, pass, call.parameters[0], packed)
    }
    let weights = UnsafePointer(packed.assumingMemoryBound(to: Float.self))
    if pass == RS_PASS_FORWARD {
      rs_fused_forward(call.pool.handle, [geometry], [source], weights, [sink], scratch)
    } else {
      rs_fused_input_gradient(call.pool.handle, [geometry], [source], weights, [sink], scratch)
    }
  }

  /// The gradient by an input of the network's operation, with the sums that the norm of that input
  /// needs.
  func runGradient(
    _ pass: rs_pass, _ call: OperationCall, from source: rs_source, to target: GradientView
  ) {
    let sink = target.view.sink(accumulates: target.accumulates)
    guard target.collectsSums, let normalisation = call.inputNormalisations[0] else {
      return run(pass, call, from: source, to: sink)
    }
    var partials: UnsafeMutablePointer<Float>?
    run(pass, call, from: source, to: sink) {
      $0.collectGradientSums(of: call.inputs[0], normalisation, in: $1)
      partials = $1
    }
    let (x, y) = pass == RS_PASS_FORWARD ? (source.view, sink.view) : (sink.view, source.view)
    rs_sums_merge_gradients(
      partials, sumBlocks(pass, x, y), target.view.kernelView.c, normalisation.gradientSum,
      normalisation.gradientProduct)
  }

  /// The gradient by the weights, by the vector kernels.
  func runWeightGradient(
    _ call: OperationCall, x: rs_source, dy: rs_source, dw: UnsafeMutableRawPointer?
  ) {
    guard let dw else { return }
    rs_fused_weight_gradient(
      call.pool.handle, [geometry], [x], [dy], dw.assumingMemoryBound(to: Float.self), call.scratch)
  }

  private func backwardWeights(_ call: OperationCall) -> UnsafeMutableRawPointer {
    call.prepared + rs_conv_packed_count([geometry]) * call.type.size
  }
}

// MARK: - Naive loops and matrix products

extension ConvolutionKernel {
  func forward(
    _ call: OperationCall, x: TensorView, bias: UnsafeMutableRawPointer?, y: TensorView,
    accumulates: Bool = false
  ) {
    withViews(x, y) {
      rs_conv_forward(
        call.type.kernelType, call.pool.handle, [geometry], $0, call.prepared, bias, $1,
        accumulates ? 1 : 0, call.scratch)
    }
  }

  func backwardInput(
    _ call: OperationCall, dy: TensorView, bias: UnsafeMutableRawPointer?, dx: TensorView,
    accumulates: Bool
  ) {
    withViews(dy, dx) {
      rs_conv_backward_input(
        call.type.kernelType, call.pool.handle, [geometry], $0, backwardWeights(call), bias, $1,
        accumulates ? 1 : 0, call.scratch)
    }
  }

  func backwardWeight(
    _ call: OperationCall, x: TensorView, dy: TensorView, dw: UnsafeMutableRawPointer?
  ) {
    guard let dw else { return }
    withViews(x, dy) {
      rs_conv_backward_weight(
        call.type.kernelType, call.pool.handle, [geometry], $0, $1, dw, call.scratch)
    }
  }
}

/// Calls `body` with the kernel views of two tensors.
func withViews<Result>(
  _ first: TensorView, _ second: TensorView,
  _ body: (UnsafePointer<rs_view>, UnsafePointer<rs_view>) -> Result
) -> Result {
  withUnsafePointer(to: first.kernelView) { first in
    withUnsafePointer(to: second.kernelView) { second in body(first, second) }
  }
}

extension Shape {
  /// A view that has a shape but no data, to ask a kernel for its scratch.
  var kernelView: rs_view {
    rs_view(
      data: nil, n: Int32(images), h: Int32(height), w: Int32(width), c: Int32(channels),
      stride: Int64(channels))
  }
}
