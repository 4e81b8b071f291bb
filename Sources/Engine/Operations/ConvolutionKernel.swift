import CKernels

/// The kernel calls that convolution and transposed convolution share.
struct ConvolutionKernel {
  let geometry: rs_conv

  /// Grouped convolutions have only the naive kernel.
  init(_ geometry: rs_conv, choice: KernelChoice) {
    var geometry = geometry
    geometry.algorithm = choice == .naive || geometry.groups > 1 ? RS_CONV_NAIVE : RS_CONV_GEMM
    self.geometry = geometry
  }

  private var packedCount: Int { rs_conv_packed_count([geometry]) }

  func workspace(x: Shape, y: Shape, in context: PlanContext) -> Workspace {
    let scratch = rs_conv_scratch_bytes(
      context.type.kernelType, [geometry], [x.kernelView], [y.kernelView], Int32(context.threads))
    return Workspace(scratchBytes: scratch, preparedBytes: 2 * packedCount * context.type.size)
  }

  func prepare(_ call: OperationCall) {
    rs_conv_pack_forward(call.type.kernelType, [geometry], call.parameters[0], call.prepared)
    rs_conv_pack_backward(
      call.type.kernelType, [geometry], call.parameters[0], backwardWeights(call))
  }

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

  private func backwardWeights(_ call: OperationCall) -> UnsafeMutableRawPointer {
    call.prepared + packedCount * call.type.size
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
