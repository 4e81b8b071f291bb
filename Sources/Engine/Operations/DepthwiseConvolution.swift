import CKernels

/// A convolution of each channel with a filter of its own, as PyTorch's `Conv2d` with
/// `groups = channels`, with a GELU behind it where asked: what lies between them is not stored but
/// computed again for the gradient.
public struct DepthwiseConvolution: Operation {
  let geometry: rs_depthwise
  let hasBias: Bool

  /// `depthwise_conv2d`, `depthwise_conv2d + gelu`.
  public var kind: String { geometry.gelu != 0 ? "depthwise_conv2d + gelu" : "depthwise_conv2d" }
  /// The weight gradient reads the input.
  public var backwardReads: BackwardReads { .inputs }

  /// `weight` (channels, 1, kernel, kernel) and, where it has one, `bias` (channels).
  public var parameters: [ParameterDeclaration] {
    let shape = [geometry.channels, 1, geometry.kernel_h, geometry.kernel_w].map(Int.init)
    let weight = ParameterDeclaration("weight", shape, .weight(fanIn: shape[2] * shape[3]))
    return hasBias ? [weight, ParameterDeclaration("bias", [shape[0]], .bias)] : [weight]
  }

  /// The same convolution with one filter for all channels, for shapes.
  private var dense: Convolution {
    Convolution(
      inputs: Int(geometry.channels), outputs: Int(geometry.channels),
      kernel: (Int(geometry.kernel_h), Int(geometry.kernel_w)), stride: Int(geometry.stride),
      padding: Int(geometry.padding), dilation: Int(geometry.dilation),
      groups: Int(geometry.channels), hasBias: hasBias)
  }

  /// As for any convolution.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    try dense.outputShape(of: inputs)
  }

  /// The kernel's taps.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    dense.receptiveField(of: inputs)
  }

  /// Output elements times taps.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.count * Int(geometry.kernel_h * geometry.kernel_w)
  }

  /// Packed weights and partial sums.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    Workspace(
      scratchBytes: rs_depthwise_scratch_bytes(
        context.type.kernelType, [geometry], [output.kernelView]))
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_depthwise_forward(
        call.type.kernelType, call.pool.handle, [geometry], $0, call.parameters[0],
        hasBias ? call.parameters[1] : nil, $1, call.scratch)
    }
  }

  /// Computes dx, dW and db; the gradient of the output is overwritten where there is a GELU.
  public func backward(_ call: OperationCall) {
    let target = call.inputGradients[0]
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: target?.view.kernelView ?? rs_view()) { dx in
        rs_depthwise_backward(
          call.type.kernelType, call.pool.handle, [geometry], x, call.parameters[0],
          hasBias ? call.parameters[1] : nil, dy, dx, target?.accumulates == true ? 1 : 0,
          call.parameterGradients[0], hasBias ? call.parameterGradients[1] : nil, call.scratch)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds a depthwise convolution; `name` is the path of its `weight` and `bias`.
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - name: The path of the parameters.
  ///   - kernel: Taps along each axis.
  ///   - stride: Pixels from one output pixel to the next.
  ///   - padding: Zeros around the image.
  ///   - dilation: Pixels from tap to tap.
  ///   - bias: Whether there is one.
  ///   - gelu: Whether a GELU follows.
  public func depthwiseConvolution(
    _ x: Value, _ name: String, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1,
    bias: Bool = true, gelu: Bool = false
  ) -> Value {
    let count = channels(of: x)
    let geometry = rs_depthwise(
      channels: Int32(count), kernel_h: Int32(kernel), kernel_w: Int32(kernel),
      stride: Int32(stride), padding: Int32(padding), dilation: Int32(dilation),
      gelu: gelu ? 1 : 0)
    return add(
      DepthwiseConvolution(geometry: geometry, hasBias: bias), name: name, inputs: [x],
      outputChannels: count)
  }
}
