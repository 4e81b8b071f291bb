import CKernels

/// The gradient by a bias: the sum of dy over images, rows and columns.
struct BiasGradient {
  /// Bytes of scratch for a dy of this shape.
  static func scratchBytes(_ shape: Shape, in context: PlanContext) -> Int {
    guard context.isTraining, isVectorised(context.type, context.kernels) else { return 0 }
    let view = shape.kernelView
    return partialsBytes(view) + 2 * Int(view.c) * MemoryLayout<Double>.size
  }

  /// Adds it to the gradient of the bias, where that is trained.
  static func add(of dy: TensorView, to gradient: UnsafeMutableRawPointer?, _ call: OperationCall) {
    guard let gradient else { return }
    guard isVectorised(call.type, call.kernels) else {
      return withUnsafePointer(to: dy.kernelView) {
        rs_bias_gradient(call.type.kernelType, $0, gradient)
      }
    }
    var sink = rs_sink()
    sink.view = dy.shape.kernelView
    sink.sums = RS_SUMS_MOMENTS
    sink.partials = call.scratch.assumingMemoryBound(to: Float.self)
    rs_transfer(call.pool.handle, [dy.source(nil)], [sink])
    let channels = dy.shape.channels
    let mean = (call.scratch + partialsBytes(sink.view)).assumingMemoryBound(to: Double.self)
    let pixels = rs_sums_merge_moments(
      sink.partials, rs_transfer_sum_blocks([sink.view]), Int32(channels), mean, mean + channels)
    let sums = gradient.assumingMemoryBound(to: Float.self)
    for channel in 0..<channels { sums[channel] += Float(mean[channel] * pixels) }
  }

  private static func isVectorised(_ type: ElementType, _ kernels: KernelChoice) -> Bool {
    type == .float32 && kernels != .naive
  }

  private static func partialsBytes(_ view: rs_view) -> Int {
    Arena.rounded(
      Int(rs_transfer_sum_blocks([view])) * rs_sums_stride(view.c) * MemoryLayout<Float>.size)
  }
}
