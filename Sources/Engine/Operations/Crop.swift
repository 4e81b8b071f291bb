import CKernels

/// A rectangle of the pixels, made by `Graph.cropped(to:from:)` for predictions.
struct Crop: Operation {
  let region: Region

  var kind: String { "crop" }
  var backwardReads: BackwardReads { [] }

  func outputShape(of inputs: [Shape]) throws -> Shape {
    let shape = inputs[0]
    precondition(Region(of: shape).contains(region), "\(region) lies in \(shape)")
    return Shape(shape.images, region.rows.count, region.columns.count, shape.channels)
  }

  func forward(_ call: OperationCall) {
    withViews(call.inputs[0], call.output) {
      rs_replicate_forward(
        call.type.kernelType, call.pool.handle, $0, Int32(region.rows.lowerBound),
        Int32(region.columns.lowerBound), $1)
    }
  }

  func backward(_ call: OperationCall) {
    preconditionFailure("only plans for prediction crop")
  }
}
