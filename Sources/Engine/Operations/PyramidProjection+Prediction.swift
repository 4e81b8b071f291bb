import CKernels

/// Prediction in single precision: one pass over the largest level, with the norm folded into the
/// weights, and rectifier and classifier in the same pass.
extension PyramidProjection {
  func isFused(type: ElementType, isTraining: Bool, _ kernels: KernelChoice) -> Bool {
    type == .float32 && !isTraining && kernels != .naive
      && inputs.count <= Int(RS_PYRAMID_LEVELS)
  }

  /// Takes over batch norm, rectifier, dropout and a 1×1 convolution, in this order.
  public func absorbing(_ next: any Operation, in context: PlanContext) -> (any Operation)? {
    guard isFused(type: context.type, isTraining: context.isTraining, context.kernels),
      tail.classifier == nil
    else { return nil }
    var absorbing = self
    switch next {
    case let norm as BatchNorm where tail.norm == nil && !tail.rectifies:
      absorbing.tail.norm = norm
    case is ReLU: absorbing.tail.rectifies = true
    case is Dropout: break
    case let convolution as Convolution where convolution.isPointwise:
      absorbing.tail.classifier = convolution
    default: return nil
    }
    return absorbing
  }

  /// Where the packed weights lie behind each other, in bytes.
  private struct PreparedLayout {
    var levels: [Int] = []
    var bias = 0
    var classifier = 0
    var byteCount = 0
  }

  private var prepared: PreparedLayout {
    var layout = PreparedLayout()
    func take(_ floats: Int) -> Int {
      defer { layout.byteCount += Arena.rounded(4 * floats) }
      return layout.byteCount
    }
    layout.levels = inputs.enumerated().map { level, channels in
      take(
        level == 0
          ? rs_pyramid_packed_count(Int32(width), Int32(channels))
          : rs_fused_packed_count([geometry(level)], RS_PASS_FORWARD))
    }
    layout.bias = take(width)
    layout.classifier = take(
      tail.classifier.map { rs_pyramid_packed_count($0.geometry.outputs, Int32(width)) } ?? 0)
    return layout
  }

  /// The map of a level as a 1×1 convolution.
  private func geometry(_ level: Int) -> rs_conv {
    rs_conv(
      inputs: Int32(inputs[level]), outputs: Int32(width), kernel_h: 1, kernel_w: 1, stride: 1,
      padding: 0, dilation: 1, groups: 1, algorithm: RS_CONV_DIRECT)
  }

  /// Products of deeper levels, scratch of their convolutions, scratch of the pass.
  private func scratch(
    _ shapes: [Shape], threads: Int
  ) -> (levels: [Int], work: Int, byteCount: Int) {
    var end = 0
    let levels = shapes.dropFirst().map { shape in
      defer { end += Arena.rounded(4 * shape.pixels * width) }
      return end
    }
    let convolutions = shapes.indices.dropFirst().map { level in
      rs_fused_scratch_bytes(
        [geometry(level)], RS_PASS_FORWARD, [shapes[level].kernelView],
        [shapes[level].with(channels: width).kernelView], Int32(threads))
    }
    let pass = rs_pyramid_scratch_bytes(
      [pyramid(shapes[0].kernelView, shapes.dropFirst().map(\.kernelView))], Int32(threads))
    return (levels, end, end + max(pass, convolutions.max() ?? 0))
  }

  func fusedWorkspace(
    inputs shapes: [Shape], output: Shape, in context: PlanContext
  ) -> Workspace {
    Workspace(
      scratchBytes: max(scratch(shapes, threads: context.threads).byteCount, 4 * foldedCount),
      preparedBytes: prepared.byteCount)
  }

  /// Products F_i L_i, times γ / deviation, and the bias that goes with them.
  func prepareFused(_ call: OperationCall) {
    fold(call, into: call.scratch)
    let layout = prepared
    let bias = (call.prepared + layout.bias).assumingMemoryBound(to: Float.self)
    let folded = foldedWeight(inputs.count, call.scratch, .float32)
      .assumingMemoryBound(to: Float.self)
    let norm = call.parameters[(2 * inputs.count + 1)...].map {
      $0.assumingMemoryBound(to: Float.self)
    }
    for channel in 0..<width {
      guard let epsilon = tail.norm?.epsilon else {
        bias[channel] = folded[channel]
        continue
      }
      let factor = Double(norm[0][channel]) / (Double(norm[3][channel]) + epsilon).squareRoot()
      bias[channel] = Float(
        Double(norm[1][channel]) + (Double(folded[channel]) - Double(norm[2][channel])) * factor)
      for level in inputs.indices {
        let row = weights(level, call.scratch) + channel * inputs[level]
        for input in 0..<inputs[level] { row[input] = Float(Double(row[input]) * factor) }
      }
    }
    for level in inputs.indices {
      let packed = (call.prepared + layout.levels[level]).assumingMemoryBound(to: Float.self)
      let weights = weights(level, call.scratch)
      if level == 0 {
        rs_pyramid_pack(weights, Int32(width), Int32(inputs[0]), packed)
      } else {
        rs_fused_pack(call.pool.handle, [geometry(level)], RS_PASS_FORWARD, weights, packed)
      }
    }
    guard let classifier = tail.classifier else { return }
    rs_pyramid_pack(
      call.parameters[classifierIndex].assumingMemoryBound(to: Float.self),
      classifier.geometry.outputs, Int32(width),
      (call.prepared + layout.classifier).assumingMemoryBound(to: Float.self))
  }

  private func weights(
    _ level: Int, _ folded: UnsafeMutableRawPointer
  ) -> UnsafeMutablePointer<Float> {
    foldedWeight(level, folded, .float32).assumingMemoryBound(to: Float.self)
  }

  /// Of the classifier's weight among the parameters.
  private var classifierIndex: Int {
    2 * inputs.count + 1 + (tail.norm?.parameters.count ?? 0)
  }

  private func pyramid(_ x: rs_view, _ levels: [rs_view]) -> rs_pyramid {
    var pyramid = rs_pyramid()
    pyramid.x = x
    pyramid.level_count = Int32(levels.count)
    pyramid.width = Int32(width)
    pyramid.rectify = tail.rectifies ? 1 : 0
    pyramid.outputs = tail.classifier?.geometry.outputs ?? 0
    withUnsafeMutableBytes(of: &pyramid.levels) { bytes in
      let target = bytes.assumingMemoryBound(to: rs_view.self)
      for (index, level) in levels.enumerated() { target[index] = level }
    }
    return pyramid
  }

  func forwardFused(_ call: OperationCall) {
    let layout = prepared
    let places = scratch(call.inputs.map(\.shape), threads: 1)
    let work = call.scratch + places.work
    func floats(_ offset: Int) -> UnsafePointer<Float> {
      UnsafePointer((call.prepared + offset).assumingMemoryBound(to: Float.self))
    }
    let levels = inputs.indices.dropFirst().map { level in
      let x = call.inputs[level]
      let product = TensorView(
        pointer: call.scratch + places.levels[level - 1], type: .float32,
        shape: x.shape.with(channels: width))
      rs_fused_forward(
        call.pool.handle, [geometry(level)], [x.source(nil)], floats(layout.levels[level]),
        [product.sink()], work)
      return product.kernelView
    }
    var pyramid = pyramid(call.inputs[0].kernelView, levels)
    pyramid.weight = floats(layout.levels[0])
    pyramid.bias = floats(layout.bias)
    if let classifier = tail.classifier {
      pyramid.classifier = floats(layout.classifier)
      if classifier.hasBias {
        pyramid.classifier_bias = UnsafePointer(
          call.parameters[classifierIndex + 1].assumingMemoryBound(to: Float.self))
      }
    }
    rs_pyramid_forward(call.pool.handle, [pyramid], [call.output.kernelView], work)
  }
}

extension Convolution {
  /// Whether it maps the channels of each pixel.
  fileprivate var isPointwise: Bool {
    geometry.kernel_h == 1 && geometry.kernel_w == 1 && geometry.stride == 1
      && geometry.padding == 0 && geometry.groups == 1
  }
}
