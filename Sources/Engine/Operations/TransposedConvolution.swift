import CKernels

/// Transposed 2-D convolution, as PyTorch's `ConvTranspose2d`: the input gradient of a convolution
/// whose roles of input and output are exchanged, so the same kernels serve it.
public struct TransposedConvolution: Operation {
  /// The convolution whose input gradient this is: its outputs are our inputs.
  let geometry: rs_conv
  let outputPadding: Int
  let hasBias: Bool

  /// `conv_transpose2d`.
  public var kind: String { "conv_transpose2d" }
  /// The weight gradient reads the input.
  public var backwardReads: BackwardReads { .inputs }

  init(
    inputs: Int, outputs: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int,
    hasBias: Bool
  ) {
    geometry = rs_conv(
      inputs: Int32(outputs), outputs: Int32(inputs), kernel_h: Int32(kernel),
      kernel_w: Int32(kernel), stride: Int32(stride), padding: Int32(padding), dilation: 1,
      groups: 1, algorithm: RS_CONV_NAIVE)
    self.outputPadding = outputPadding
    self.hasBias = hasBias
  }

  /// `weight` (inputs, outputs, kh, kw) and, where it has one, `bias` (outputs).
  public var parameters: [ParameterDeclaration] {
    let (inputs, outputs, kernel) =
      (Int(geometry.outputs), Int(geometry.inputs), Int(geometry.kernel_h))
    let overlap = max(1, kernel / Int(geometry.stride))
    let weight = ParameterDeclaration(
      "weight", [inputs, outputs, kernel, kernel], .weight(fanIn: inputs * overlap * overlap))
    return hasBias ? [weight, ParameterDeclaration("bias", [outputs], .bias)] : [weight]
  }

  /// (size - 1) stride - 2 padding + kernel + output padding along each axis.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    func extent(_ size: Int) -> Int {
      (size - 1) * Int(geometry.stride) - 2 * Int(geometry.padding) + Int(geometry.kernel_h)
        + outputPadding
    }
    let (height, width) = (extent(shape.height), extent(shape.width))
    guard height > 0, width > 0 else { throw GraphError("an image of \(shape) gives no output") }
    return Shape(shape.images, height, width, Int(geometry.inputs))
  }

  /// Each input pixel reaches `kernel` output pixels.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    let (kernel, stride) = (Int(geometry.kernel_h), Int(geometry.stride))
    guard kernel > stride || geometry.padding > 0 else { return inputs[0].enlarged(by: stride) }
    // an output pixel reads ⌈kernel / stride⌉ input pixels around it: widen first, then enlarge
    let reach = (kernel + stride - 1) / stride
    return inputs[0].windowed(
      kernel: 2 * reach + 1, stride: 1, padding: reach, dilation: 1
    ).enlarged(by: stride)
  }

  /// The factor by which it enlarges where each output pixel depends on one input pixel, else nil.
  var enlargement: Int? {
    guard geometry.kernel_h == geometry.stride, geometry.padding == 0, outputPadding == 0 else {
      return nil
    }
    return Int(geometry.stride)
  }

  /// The pixels that are enlarged.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    guard let factor = enlargement else { return Region(of: input) }
    return output.mapped(in: input) {
      $0.lowerBound / factor..<($0.upperBound + factor - 1) / factor
    }
  }

  /// Input pixels times taps times both numbers of channels.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    inputs[0].pixels * rs_conv_packed_count([geometry])
  }

  /// As the convolution's.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    var workspace = ConvolutionKernel(geometry, context.kernels, context.type)
      .workspace(x: output, y: inputs[0], forward: RS_PASS_INPUT_GRADIENT, in: context)
    if hasBias {
      workspace.scratchBytes = max(
        workspace.scratchBytes, BiasGradient.scratchBytes(output, in: context))
    }
    return workspace
  }

  /// Packs the weights.
  public func prepare(_ call: OperationCall) {
    kernel(call).prepare(call, forward: RS_PASS_INPUT_GRADIENT, weight: call.parameters[0])
  }

  /// Which kernel computes it.
  public func algorithm(in context: PlanContext) -> String? {
    ConvolutionKernel(geometry, context.kernels, context.type).algorithm
  }

  private func kernel(_ call: OperationCall) -> ConvolutionKernel {
    ConvolutionKernel(geometry, call.kernels, call.type)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    let bias = hasBias ? call.parameters[1] : nil
    let kernel = kernel(call)
    guard kernel.isVectorised else {
      return kernel.backwardInput(
        call, dy: call.inputs[0], bias: bias, dx: call.output, accumulates: false)
    }
    var sink = call.output.sink()
    sink.bias = bias.map { UnsafePointer($0.assumingMemoryBound(to: Float.self)) }
    kernel.run(
      RS_PASS_INPUT_GRADIENT, call, from: call.inputs[0].source(call.inputNormalisations[0]),
      to: sink)
  }

  /// Computes dx, dW and db.
  public func backward(_ call: OperationCall) {
    let kernel = kernel(call)
    if kernel.isVectorised {
      kernel.runWeightGradient(
        call, x: call.gradient.source(nil), dy: call.inputs[0].source(call.inputNormalisations[0]),
        dw: call.parameterGradients[0])
    } else {
      kernel.backwardWeight(
        call, x: call.gradient, dy: call.inputs[0], dw: call.parameterGradients[0])
    }
    if hasBias { BiasGradient.add(of: call.gradient, to: call.parameterGradients[1], call) }
    guard let target = call.inputGradients[0] else { return }
    guard !kernel.isVectorised else {
      return kernel.runGradient(
        RS_PASS_FORWARD, call, from: call.gradient.source(nil), to: target)
    }
    kernel.forward(
      call, x: call.gradient, bias: nil, y: target.view, accumulates: target.accumulates)
  }
}

extension GraphBuilder {
  /// Adds a transposed convolution; `name` is the path of its `weight` and `bias`.
  public func transposedConvolution(
    _ x: Value, _ name: String, outputs: Int, kernel: Int, stride: Int, padding: Int = 0,
    outputPadding: Int = 0, bias: Bool = true
  ) -> Value {
    add(
      TransposedConvolution(
        inputs: channels(of: x), outputs: outputs, kernel: kernel, stride: stride,
        padding: padding, outputPadding: outputPadding, hasBias: bias),
      name: name, inputs: [x], outputChannels: outputs)
  }
}
