import CKernels
import Glibc

/// The decoder of SegFormer up to its norm: each level of a pyramid is mapped to a common width,
/// enlarged bilinearly to the first level's size, and all are fused by a 1×1 convolution.
///
/// Written out it is fuse(concat(up(L_i x_i + b_i), deepest first)). Linear maps of channels commute
/// with the enlargement, which keeps constants, so that it equals Σ up(F_i L_i x_i) + Σ F_i b_i with the
/// slices F_i of the fusing weights: the products F_i L_i are made once, and the deeper levels are
/// mapped at their own size. Parameters keep the form above.
public struct PyramidProjection: Operation {
  /// Channels of each level, the largest image first.
  let inputs: [Int]
  /// The common width.
  let width: Int
  /// The paths of the maps' parameters, and of the fusing weight.
  let names: (levels: [String], fuse: String)
  /// What follows, in prediction.
  var tail = Tail()

  /// What prediction does in the same pass.
  struct Tail: Sendable {
    var norm: BatchNorm?
    var rectifies = false
    var classifier: Convolution?
  }

  /// `pyramid_projection`.
  public var kind: String {
    let norm = tail.norm.map { [$0.kind] } ?? []
    let classifier = tail.classifier.map { [$0.kind] } ?? []
    return (["pyramid_projection"] + norm + (tail.rectifies ? ["relu"] : []) + classifier)
      .joined(separator: " + ")
  }
  /// The weight gradients read the levels.
  public var backwardReads: BackwardReads { .inputs }

  /// For each level `weight` (width, channels) and `bias` (width); the fusing `weight` (width, levels
  /// times width, 1, 1), the deepest level's first.
  public var parameters: [ParameterDeclaration] {
    let levels = zip(names.levels, inputs).flatMap { name, channels in
      [
        ParameterDeclaration("\(name).weight", [width, channels], .projection),
        ParameterDeclaration("\(name).bias", [width], .bias),
      ]
    }
    let count = inputs.count * width
    let fuse = ParameterDeclaration(
      "\(names.fuse).weight", [width, count, 1, 1], .weight(fanIn: count))
    return levels + [fuse] + (tail.norm?.parameters ?? []) + (tail.classifier?.parameters ?? [])
  }

  /// The first level's pixels.
  public func outputShape(of inputs: [Shape]) throws -> Shape {
    inputs[0].with(channels: tail.classifier.map { Int($0.geometry.outputs) } ?? width)
  }

  /// Those of the bilinear enlargement.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField {
    .union(
      inputs.enumerated().map { level, field in
        level == 0
          ? field : BilinearResize(factor: nil).receptiveField(of: [field, inputs[0]])
      })
  }

  /// Every level's map at its own size.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int {
    inputs.reduce(0) { $0 + $1.count * width }
      + (tail.classifier == nil ? 0 : output.count * width)
  }

  /// Elements of the products F_i L_i of all levels, and of the bias.
  var foldedCount: Int { width * (inputs.reduce(0, +) + 1) }

  /// The products, the deeper levels' maps, and what the gradients need.
  public func workspace(inputs shapes: [Shape], output: Shape, in context: PlanContext) -> Workspace
  {
    guard !isFused(type: context.type, isTraining: context.isTraining, context.kernels) else {
      return fusedWorkspace(inputs: shapes, output: output, in: context)
    }
    let layout = ScratchLayout(self, shapes, output, context)
    return Workspace(
      scratchBytes: layout.byteCount,
      savedDoubles: context.isTraining ? foldedCount : 0,
      preparedBytes: context.isTraining ? 0 : foldedCount * context.type.size)
  }

  /// Makes the products F_i L_i.
  public func prepare(_ call: OperationCall) {
    if isFused(type: call.type, isTraining: call.isTraining, call.kernels) {
      prepareFused(call)
    } else if !call.isTraining {
      fold(call, into: call.prepared)
    }
  }

  /// Computes the sum.
  public func forward(_ call: OperationCall) {
    guard !isFused(type: call.type, isTraining: call.isTraining, call.kernels) else {
      return forwardFused(call)
    }
    let folded = call.isTraining ? UnsafeMutableRawPointer(call.saved) : call.prepared
    if call.isTraining { fold(call, into: folded) }
    let scratch = ScratchLayout(self, call)
    let (type, pool, z) = (call.type.kernelType, call.pool.handle, call.output)
    addBias(folded, to: z, call)
    for level in inputs.indices {
      let x = call.inputs[level]
      let weight = matrix(foldedWeight(level, folded, call.type), inputs[level], transposed: true)
      let target =
        level == 0
        ? z
        : TensorView(
          pointer: call.scratch + scratch.level, type: call.type,
          shape: x.shape.with(channels: width))
      rs_matrix_product_rows(
        type, pool, Int32(x.shape.pixels), Int32(width), Int32(inputs[level]), [x.matrix],
        [weight], [target.matrix], level == 0 ? 1 : 0)
      guard level > 0 else { continue }
      withViews(target, z) { rs_resize_forward(type, pool, $0, $1, 1, call.scratch + scratch.taps) }
    }
  }

  /// Computes the gradients by the levels, their maps and the fusing weight.
  public func backward(_ call: OperationCall) {
    let scratch = ScratchLayout(self, call)
    let (type, pool, dz) = (call.type.kernelType, call.pool.handle, call.gradient)
    let biasGradient = call.scratch + scratch.bias
    memset(biasGradient, 0, width * call.type.size)
    BiasGradient.add(of: dz, to: biasGradient, call)
    for level in inputs.indices {
      let x = call.inputs[level]
      var dp = dz
      if level > 0 {
        dp = TensorView(
          pointer: call.scratch + scratch.level, type: call.type,
          shape: x.shape.with(channels: width))
        withViews(dz, dp) {
          rs_resize_backward(type, pool, $0, $1, 0, call.scratch + scratch.taps)
        }
      }
      let product = matrix(call.scratch + scratch.weight, inputs[level])
      memset(product.data, 0, width * inputs[level] * call.type.size)
      rs_matrix_product_depth(
        type, pool, Int32(width), Int32(inputs[level]), Int32(x.shape.pixels),
        [dp.matrix.turned], [x.matrix], [product], call.scratch + scratch.partials)
      unfold(level, product, biasGradient, call)
      guard let target = call.inputGradients[level] else { continue }
      let folded = foldedWeight(level, UnsafeMutableRawPointer(call.saved), call.type)
      rs_matrix_product_rows(
        type, pool, Int32(x.shape.pixels), Int32(inputs[level]), Int32(width), [dp.matrix],
        [matrix(folded, inputs[level])], [target.view.matrix], target.accumulates ? 1 : 0)
    }
  }
}

// MARK: - Folding

extension PyramidProjection {
  /// The slice F_i of a fusing weight (or of its gradient).
  private func slice(
    _ level: Int, _ fuse: UnsafeMutableRawPointer, _ type: ElementType, transposed: Bool = false
  ) -> rs_matrix {
    let first = (inputs.count - 1 - level) * width
    return matrix(fuse + first * type.size, inputs.count * width, transposed: transposed)
  }

  /// Where F_i L_i is; behind the last level is the bias.
  func foldedWeight(
    _ level: Int, _ folded: UnsafeMutableRawPointer, _ type: ElementType
  ) -> UnsafeMutableRawPointer {
    folded + width * inputs[..<level].reduce(0, +) * type.size
  }

  /// Makes the products F_i L_i and the bias.
  func fold(_ call: OperationCall, into folded: UnsafeMutableRawPointer) {
    let (type, count) = (call.type.kernelType, inputs.count)
    let bias = foldedWeight(count, folded, call.type)
    for level in inputs.indices {
      let fuse = slice(level, call.parameters[2 * count], call.type)
      rs_matrix_product_rows(
        type, call.pool.handle, Int32(width), Int32(inputs[level]), Int32(width), [fuse],
        [matrix(call.parameters[2 * level], inputs[level])],
        [matrix(foldedWeight(level, folded, call.type), inputs[level])], 0)
      rs_matrix_product(
        type, Int32(width), 1, Int32(width), [fuse], [matrix(call.parameters[2 * level + 1], 1)],
        [matrix(bias, 1)], level > 0 ? 1 : 0)
    }
  }

  /// From the gradients by F_i L_i and by the bias to those by F_i, L_i and b_i.
  private func unfold(
    _ level: Int, _ product: rs_matrix, _ biasGradient: UnsafeMutableRawPointer,
    _ call: OperationCall
  ) {
    let (type, pool, count) = (call.type.kernelType, call.pool.handle, inputs.count)
    let (side, channels) = (Int32(width), Int32(inputs[level]))
    if let gradient = call.parameterGradients[2 * count] {
      let target = slice(level, gradient, call.type)
      let weight = matrix(call.parameters[2 * level], inputs[level], transposed: true)
      rs_matrix_product_rows(type, pool, side, side, channels, [product], [weight], [target], 1)
      let bias = matrix(call.parameters[2 * level + 1], width)
      rs_matrix_product(type, side, side, 1, [matrix(biasGradient, 1)], [bias], [target], 1)
    }
    let fuse = slice(level, call.parameters[2 * count], call.type, transposed: true)
    if let gradient = call.parameterGradients[2 * level] {
      rs_matrix_product_rows(
        type, pool, side, channels, side, [fuse], [product], [matrix(gradient, inputs[level])], 1)
    }
    if let gradient = call.parameterGradients[2 * level + 1] {
      rs_matrix_product(
        type, side, 1, side, [fuse], [matrix(biasGradient, 1)], [matrix(gradient, 1)], 1)
    }
  }

  /// Makes all pixels the bias.
  private func addBias(
    _ folded: UnsafeMutableRawPointer, to z: TensorView, _ call: OperationCall
  ) {
    let bias = TensorView(
      pointer: foldedWeight(inputs.count, folded, call.type), type: call.type,
      shape: Shape(1, 1, 1, width))
    withViews(bias, z) { rs_fill(call.type.kernelType, call.pool.handle, $0, $1) }
  }
}

/// Where the parts of the scratch lie, in bytes.
private struct ScratchLayout {
  var taps = 0
  var bias = 0
  var weight = 0
  var level = 0
  var partials = 0
  var byteCount = 0

  init(
    _ operation: PyramidProjection, _ inputs: [Shape], _ output: Shape, _ context: PlanContext
  ) {
    self.init(
      operation, inputs, output, context.type,
      first: context.isTraining ? BiasGradient.scratchBytes(output, in: context) : 0,
      isTraining: context.isTraining)
  }

  init(_ operation: PyramidProjection, _ call: OperationCall) {
    let context = PlanContext(
      type: call.type, isTraining: call.isTraining, withInputGradients: false, threads: 1,
      kernels: call.kernels)
    self.init(operation, call.inputs.map(\.shape), call.output.shape, context)
  }

  private init(
    _ operation: PyramidProjection, _ inputs: [Shape], _ output: Shape, _ type: ElementType,
    first: Int, isTraining: Bool
  ) {
    var end = Arena.rounded(first)
    func take(_ bytes: Int) -> Int {
      defer { end += Arena.rounded(bytes) }
      return end
    }
    let width = operation.width
    taps = take(rs_resize_scratch_bytes([output.kernelView]))
    level = take((inputs.dropFirst().map(\.pixels).max() ?? 0) * width * type.size)
    if isTraining {
      bias = take(width * type.size)
      weight = take((inputs.map(\.channels).max() ?? 0) * width * type.size)
      partials = take(
        inputs.map {
          rs_matrix_product_depth_bytes(
            type.kernelType, Int32(width), Int32($0.channels), Int32($0.pixels))
        }.max() ?? 0)
    }
    byteCount = end
  }
}

private func matrix(
  _ data: UnsafeMutableRawPointer?, _ stride: Int, transposed: Bool = false
) -> rs_matrix {
  rs_matrix(data: data, stride: Int64(stride), transposed: transposed ? 1 : 0)
}

extension TensorView {
  /// The pixels as rows.
  fileprivate var matrix: rs_matrix {
    rs_matrix(data: pointer, stride: Int64(pixelStride), transposed: 0)
  }
}

extension rs_matrix {
  fileprivate var turned: rs_matrix {
    rs_matrix(data: data, stride: stride, transposed: 1 - transposed)
  }
}

extension GraphBuilder {
  /// Adds the fused maps of a pyramid's levels, the largest image first; `name` is the path that
  /// those of the levels' maps and of the fusing weight start with.
  public func pyramidProjection(
    _ levels: [Value], _ name: String, levelNames: [String], fuseName: String, outputs: Int
  ) -> Value {
    add(
      PyramidProjection(
        inputs: levels.map { channels(of: $0) }, width: outputs,
        names: (levelNames, fuseName)), name: name, inputs: levels, outputChannels: outputs)
  }
}
