import CKernels

/// 2-D convolution with zero padding: y = W * x + b, as PyTorch's `Conv2d`.
public struct Convolution: Operation {
  let geometry: rs_conv
  let hasBias: Bool

  /// `conv2d`.
  public var kind: String { "conv2d" }
  /// The weight gradient reads the input.
  public var backwardReads: BackwardReads { .inputs }

  init(
    inputs: Int, outputs: Int, kernel: (height: Int, width: Int), stride: Int, padding: Int,
    dilation: Int, groups: Int, hasBias: Bool
  ) {
    geometry = rs_conv(
      inputs: Int32(inputs), outputs: Int32(outputs), kernel_h: Int32(kernel.height),
      kernel_w: Int32(kernel.width), stride: Int32(stride), padding: Int32(padding),
      dilation: Int32(dilation), groups: Int32(groups), algorithm: RS_CONV_NAIVE)
    self.hasBias = hasBias
  }

  /// `weight` (outputs, inputs / groups, kh, kw) and, where it has one, `bias` (outputs).
  public var parameters: [ParameterDeclaration] {
    let shape = [
      geometry.outputs, geometry.inputs / geometry.groups, geometry.kernel_h,
      geometry.kernel_w,
    ].map(Int.init)
    let weight = ParameterDeclaration(
      "weight", shape, .weight(fanIn: shape[1] * shape[2] * shape[3]))
    return hasBias ? [weight, ParameterDeclaration("bias", [shape[0]], .bias)] : [weight]
  }

  /// ⌊(size + 2 padding - dilation (kernel - 1) - 1) / stride⌋ + 1 along each axis.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    func extent(_ size: Int, _ kernel: Int32) throws -> Int {
      let room = size + 2 * Int(geometry.padding) - Int(geometry.dilation) * Int(kernel - 1) - 1
      guard room >= 0 else {
        throw GraphError("an image of \(shape) is smaller than the kernel")
      }
      return room / Int(geometry.stride) + 1
    }
    return Shape(
      shape.images, try extent(shape.height, geometry.kernel_h),
      try extent(shape.width, geometry.kernel_w), Int(geometry.outputs))
  }

  /// The kernel's taps.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    inputs[0].windowed(
      kernel: Int(max(geometry.kernel_h, geometry.kernel_w)), stride: Int(geometry.stride),
      padding: Int(geometry.padding), dilation: Int(geometry.dilation))
  }

  /// What the taps reach.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    func reached(_ range: Range<Int>, _ kernel: Int32) -> Range<Int> {
      let (stride, padding) = (Int(geometry.stride), Int(geometry.padding))
      let last = (range.upperBound - 1) * stride - padding
      return range.lowerBound * stride - padding..<last + Int(kernel - 1) * Int(geometry.dilation)
        + 1
    }
    return Region(
      rows: reached(output.rows, geometry.kernel_h).clamped(to: 0..<input.height),
      columns: reached(output.columns, geometry.kernel_w).clamped(to: 0..<input.width))
  }

  /// Output elements times taps times input channels of a group.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    output.pixels * rs_conv_packed_count([geometry])
  }

  /// Packed weights for both passes, and patches for each thread.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    var workspace = ConvolutionKernel(geometry, context.kernels, context.type)
      .workspace(x: inputs[0], y: output, forward: RS_PASS_FORWARD, in: context)
    if hasBias {
      workspace.scratchBytes = max(
        workspace.scratchBytes, BiasGradient.scratchBytes(output, in: context))
    }
    return workspace
  }

  /// Which kernel computes it.
  public func algorithm(in context: PlanContext) -> String? {
    ConvolutionKernel(geometry, context.kernels, context.type).algorithm
  }

  /// Packs the weights.
  public func prepare(_ call: OperationCall) {
    kernel(call).prepare(call, forward: RS_PASS_FORWARD, weight: call.parameters[0])
  }

  private func kernel(_ call: OperationCall) -> ConvolutionKernel {
    ConvolutionKernel(geometry, call.kernels, call.type)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    let bias = hasBias ? call.parameters[1] : nil
    let kernel = kernel(call)
    guard kernel.isVectorised else {
      return kernel.forward(call, x: call.inputs[0], bias: bias, y: call.output)
    }
    var sink = call.output.sink()
    sink.bias = bias.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
    kernel.run(
      RS_PASS_FORWARD, call, from: call.inputs[0].source(call.inputNormalisations[0]), to: sink)
  }

  /// Computes dx, dW and db.
  public func backward(_ call: OperationCall) {
    let kernel = kernel(call)
    if kernel.isVectorised {
      kernel.runWeightGradient(
        call, x: call.inputs[0].source(call.inputNormalisations[0]),
        dy: call.gradient.source(nil), dw: call.parameterGradients[0])
    } else {
      kernel.backwardWeight(
        call, x: call.inputs[0], dy: call.gradient, dw: call.parameterGradients[0])
    }
    if hasBias { BiasGradient.add(of: call.gradient, to: call.parameterGradients[1], call) }
    guard let target = call.inputGradients[0] else { return }
    if kernel.isVectorised {
      kernel.runGradient(
        RS_PASS_INPUT_GRADIENT, call, from: call.gradient.source(nil), to: target)
    } else {
      kernel.backwardInput(
        call, dy: call.gradient, bias: nil, dx: target.view, accumulates: target.accumulates)
    }
  }
}

extension GraphBuilder {
  /// Adds a convolution; `name` is the path of its `weight` and `bias`.
  ///
  /// With a group for each channel it is a depthwise one.
  public func convolution(
    _ x: Value, _ name: String, outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    dilation: Int = 1, groups: Int = 1, bias: Bool = true
  ) -> Value {
    if groups > 1, groups == channels(of: x), groups == outputs {
      return depthwiseConvolution(
        x, name, kernel: kernel, stride: stride, padding: padding, dilation: dilation, bias: bias)
    }
    return add(
      Convolution(
        inputs: channels(of: x), outputs: outputs, kernel: (kernel, kernel), stride: stride,
        padding: padding, dilation: dilation, groups: groups, hasBias: bias),
      name: name, inputs: [x], outputChannels: outputs)
  }
}
