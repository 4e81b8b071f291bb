import CKernels

/// A convolution with the batch norm and the rectifier behind it, made by `Graph.fused(for:)`.
///
/// Prediction folds the norm into the weights. Training stores what the convolution gives and leaves
/// norm and rectifier to those who read it (see `Normalisation`); the statistics are taken while
/// storing, the gradient passes through norm and rectifier while loading.
struct NormalisedConvolution: Operation {
  let convolution: Convolution
  /// nil: a rectifier alone, in prediction.
  let norm: BatchNorm?
  let rectifies: Bool

  var kind: String {
    [convolution.kind, norm?.kind, rectifies ? "relu" : nil].compactMap { $0 }
      .joined(separator: " + ")
  }
  var backwardReads: BackwardReads { [.inputs, .output] }
  /// Those of the convolution, then those of the norm.
  var parameters: [ParameterDeclaration] { convolution.parameters + (norm?.parameters ?? []) }

  func outputShape(of inputs: [Shape]) throws -> Shape { try convolution.outputShape(of: inputs) }

  func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    convolution.receptiveField(of: inputs)
  }

  func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    convolution.neededRegion(ofInput: index, for: output, in: input)
  }

  func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    convolution.multiplyAdds(inputs: inputs, output: output)
  }

  func algorithm(in context: PlanContext) -> String? { convolution.algorithm(in: context) }

  /// Whether it is computed in tiles of 4×4 pixels.
  func isWinograd(_ context: PlanContext) -> Bool {
    ConvolutionKernel(convolution.geometry, context.kernels, context.type).geometry.algorithm
      == RS_CONV_WINOGRAD
  }

  private var channels: Int { Int(convolution.geometry.outputs) }

  func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    var workspace = convolution.workspace(inputs: inputs, output: output, in: context)
    if context.isTraining {
      // mean and inverse deviation; mean and sum of squares while they are merged
      workspace.savedDoubles = 4 * channels
    } else {
      workspace.preparedBytes += biasBytes
      workspace.scratchBytes = max(workspace.scratchBytes, weightCount * 4)
    }
    return workspace
  }

  private var biasBytes: Int { Arena.rounded(channels * 4) }
  private var weightCount: Int { convolution.parameters[0].count }

  /// Weights times γ / deviation, bias β - mean γ / deviation: (outputs) first, then the weights.
  func prepare(_ call: OperationCall) {
    guard !call.isTraining else { return }
    let floats = call.parameters.map { $0.assumingMemoryBound(to: Float.self) }
    let bias = call.prepared.assumingMemoryBound(to: Float.self)
    let folded = call.scratch.assumingMemoryBound(to: Float.self)
    let first = convolution.hasBias ? 2 : 1
    let taps = weightCount / channels
    for channel in 0..<channels {
      let own = convolution.hasBias ? Double(floats[1][channel]) : 0
      var (factor, term) = (1.0, own)
      if let norm {
        factor =
          Double(floats[first][channel])
          / (Double(floats[first + 3][channel]) + norm.epsilon).squareRoot()
        term =
          Double(floats[first + 1][channel]) + (own - Double(floats[first + 2][channel])) * factor
      }
      bias[channel] = Float(term)
      for tap in channel * taps..<(channel + 1) * taps {
        folded[tap] = Float(Double(floats[0][tap]) * factor)
      }
    }
    kernel(call).prepare(
      call.preparing(at: biasBytes), forward: RS_PASS_FORWARD, weight: call.scratch)
  }

  private func kernel(_ call: OperationCall) -> ConvolutionKernel {
    ConvolutionKernel(convolution.geometry, call.kernels, call.type)
  }

  func forward(_ call: OperationCall) {
    let source = call.inputs[0].source(call.inputNormalisations[0])
    var sink = call.output.sink()
    guard call.isTraining else {
      sink.bias = UnsafePointer(call.prepared.assumingMemoryBound(to: Float.self))
      sink.rectify = rectifies ? 1 : 0
      if norm?.slopes != nil, let slopes = call.parameters.last {
        sink.slope = UnsafePointer(slopes.assumingMemoryBound(to: Float.self))
      }
      if let pooled = call.pooled { sink.pooled = pooled.kernelView }
      return kernel(call).run(
        RS_PASS_FORWARD, call.preparing(at: biasBytes), from: source, to: sink)
    }
    var partials: UnsafeMutablePointer<Float>?
    kernel(call).run(RS_PASS_FORWARD, call, from: source, to: sink) {
      $0.sums = RS_SUMS_MOMENTS
      $0.partials = $1
      partials = $1
    }
    let blocks = kernel(call).sumBlocks(RS_PASS_FORWARD, source.view, sink.view)
    finishStatistics(call, partials, blocks)
  }

  /// From the sums of blocks to statistics and the coefficients that readers apply.
  private func finishStatistics(
    _ call: OperationCall, _ partials: UnsafeMutablePointer<Float>?, _ blocks: Int32
  ) {
    guard let norm, let normalisation = call.outputNormalisation else {
      preconditionFailure("training fuses a convolution only with its norm")
    }
    let count = Int32(channels)
    let (mean, squares) = (call.saved + 2 * channels, call.saved + 3 * channels)
    let pixels = rs_sums_merge_moments(partials, blocks, count, mean, squares)
    let floats = call.parameters[1...].map { $0.assumingMemoryBound(to: Float.self) }
    rs_norm_statistics(
      count, pixels, mean, squares, norm.epsilon, norm.momentum, floats[2], floats[3], call.saved)
    rs_norm_affine(
      count, call.saved, floats[0], floats[1], normalisation(.scale), normalisation(.shift))
    for channel in 0..<channels {
      normalisation(.lower)[channel] = rectifies ? 0 : -.infinity
      normalisation(.mean)[channel] = Float(call.saved[channel])
      normalisation(.inverseDeviation)[channel] = Float(call.saved[channels + channel])
    }
  }

  func backward(_ call: OperationCall) {
    guard let normalisation = call.outputNormalisation,
      let weightGradient = call.parameterGradients[1]?.assumingMemoryBound(to: Float.self),
      let biasGradient = call.parameterGradients[2]?.assumingMemoryBound(to: Float.self)
    else { preconditionFailure("the weights of a norm are trained") }
    // who wrote the gradient of the output last left its sums
    let (sum, product) = (normalisation.gradientSum, normalisation.gradientProduct)
    rs_norm_gradient(
      Int32(channels), Double(call.output.shape.pixels), call.saved,
      call.parameters[1].assumingMemoryBound(to: Float.self), sum, product,
      normalisation(.gain), normalisation(.slope), normalisation(.offset))
    for channel in 0..<channels {
      weightGradient[channel] += Float(product[channel])
      biasGradient[channel] += Float(sum[channel])
    }
    let dy = call.gradient.gradientSource(of: call.output, normalisation)
    let kernel = kernel(call)
    kernel.runWeightGradient(
      call, x: call.inputs[0].source(call.inputNormalisations[0]), dy: dy,
      dw: call.parameterGradients[0])
    if let target = call.inputGradients[0] {
      kernel.runGradient(RS_PASS_INPUT_GRADIENT, call, from: dy, to: target)
    }
  }
}
