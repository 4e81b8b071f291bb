import CKernels

/// The largest of each `size` × `size` window, step `size`; incomplete windows are dropped.
public struct MaxPool: Operation {
  let size: Int

  /// `max_pool2d`.
  public var kind: String { "max_pool2d" }
  /// The gradient finds the largest again.
  public var backwardReads: BackwardReads { .inputs }

  /// ⌊size of the image / size of the window⌋ along each axis.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    guard shape.height >= size, shape.width >= size else {
      throw GraphError("an image of \(shape) is smaller than the \(size)×\(size) window")
    }
    return Shape(shape.images, shape.height / size, shape.width / size, shape.channels)
  }

  /// The window.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    inputs[0].windowed(kernel: size, stride: size, padding: 0, dilation: 1)
  }

  /// The windows.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    output.mapped(in: input) { $0.lowerBound * size..<$0.upperBound * size }
  }

  /// Room for the sums that the norm of the input may need.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    guard context.isTraining, context.type == .float32 else { return .none }
    let view = inputs[0].kernelView
    let blocks = Int(rs_transfer_sum_blocks([view]))
    return Workspace(
      scratchBytes: blocks * rs_sums_stride(view.c) * MemoryLayout<Float>.size)
  }

  /// Computes y.
  public func forward(_ call: OperationCall) {
    if size == 2, call.type == .float32, call.kernels != .naive {
      var sink = rs_sink()
      sink.view = call.inputs[0].shape.kernelView
      sink.pooled = call.output.kernelView
      return rs_transfer(
        call.pool.handle, [call.inputs[0].source(call.inputNormalisations[0])], [sink])
    }
    withViews(call.inputs[0], call.output) {
      rs_max_pool_forward(call.type.kernelType, call.pool.handle, Int32(size), $0, $1)
    }
  }

  /// dy goes to the first largest pixel of its window.
  public func backward(_ call: OperationCall) {
    guard let target = call.inputGradients[0] else { return }
    if size == 2, call.type == .float32, call.kernels != .naive {
      return backward(call, to: target)
    }
    withViews(call.inputs[0], call.gradient) { x, dy in
      withUnsafePointer(to: target.view.kernelView) { dx in
        rs_max_pool_backward(
          call.type.kernelType, call.pool.handle, Int32(size), x, dy, dx,
          target.accumulates ? 1 : 0)
      }
    }
  }
}

extension MaxPool {
  /// The vector kernel, which can sum up for the norm of the input on the way.
  private func backward(_ call: OperationCall, to target: GradientView) {
    let normalisation = call.inputNormalisations[0]
    let partials = call.scratch.assumingMemoryBound(to: Float.self)
    var sink = target.view.sink(accumulates: target.accumulates)
    if target.collectsSums, let normalisation {
      sink.collectGradientSums(of: call.inputs[0], normalisation, in: partials)
    }
    rs_max_pool2_backward(
      call.pool.handle, [call.inputs[0].source(normalisation)], [call.gradient.kernelView], [sink])
    if target.collectsSums, let normalisation {
      rs_sums_merge_gradients(
        partials, rs_transfer_sum_blocks([sink.view]), sink.view.c, normalisation.gradientSum,
        normalisation.gradientProduct)
    }
  }
}

extension GraphBuilder {
  /// Adds a max-pool with windows of `size` × `size`.
  public func maxPool(_ x: Value, size: Int = 2) -> Value {
    add(MaxPool(size: size), name: "pool", inputs: [x], outputChannels: channels(of: x))
  }
}
