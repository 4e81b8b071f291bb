@testable import Engine
import Testing

/// Plans that compute only what a window needs, against those that compute all.
struct CroppingTests {
  /// A U-Net of two levels with batch norm: 3 bands to 2 classes, halo 24.
  static func network() -> Graph {
    let builder = GraphBuilder()
    func block(_ x: Value, _ name: String, _ outputs: Int) -> Value {
      let y = builder.convolution(
        x, "\(name).conv", outputs: outputs, kernel: 3, padding: 1, bias: false)
      return builder.relu(builder.batchNorm(y, "\(name).norm"))
    }
    let top = block(builder.input(channels: 3), "top", 16)
    let middle = block(builder.maxPool(top), "middle", 16)
    var x = block(builder.maxPool(middle), "bottom", 32)
    for (skip, name) in [(middle, "right"), (top, "left")] {
      x = builder.transposedConvolution(x, "up.\(name)", outputs: 16, kernel: 2, stride: 2)
      x = builder.concatenate([skip, builder.fit(x, to: skip)])
      x = block(block(x, "\(name).1", 16), "\(name).2", 16)
    }
    return builder.graph(outputs: [builder.convolution(x, "head", outputs: 2, kernel: 1)])
  }

  /// The output for the wanted pixels, row after row, and the plan.
  private func compute(
    _ wanted: Region?, of size: (height: Int, width: Int), _ type: ElementType,
    at region: Region
  ) throws -> (values: [Double], plan: Plan) {
    let graph = Self.network()
    let parameters = ParameterStore(graph: graph, type: type)
    parameters.initialise(seed: 7)
    let shape = Shape(1, size.height, size.width, 3)
    let plan = try Plan(
      graph: graph, inputShapes: [shape], isTraining: false, wanted: wanted, type: type, threads: 2)
    let executor = Executor(plan: plan, parameters: parameters, pool: ThreadPool(threads: 2))
    var generator = SeededGenerator(seed: 5)
    let input = executor.inputs[0]
    for index in 0..<shape.count {
      let value = generator.normal()
      if type == .float64 {
        input.pointer.assumingMemoryBound(to: Double.self)[index] = value
      } else {
        input.pointer.assumingMemoryBound(to: Float.self)[index] = Float(value)
      }
    }
    executor.forward()
    let (output, computed) = (executor.outputs[0], plan.computedRegion)
    #expect(output.shape.height == computed.rows.count)
    #expect(output.shape.width == computed.columns.count)
    return (
      region.rows.flatMap { row in
        region.columns.flatMap { column in
          let pixel =
            (row - computed.rows.lowerBound) * output.shape.width + column
            - computed.columns.lowerBound
          return (0..<2).map { k in
            let index = pixel * output.pixelStride + k
            return type == .float64
              ? output.pointer.assumingMemoryBound(to: Double.self)[index]
              : Double(output.pointer.assumingMemoryBound(to: Float.self)[index])
          }
        }
      }, plan
    )
  }

  @Test(
    "Wanted pixels have the values of the whole, wherever they lie",
    arguments: [
      Region(rows: 24..<56, columns: 24..<48), Region(rows: 0..<32, columns: 30..<40),
      Region(rows: 77..<93, columns: 64..<75), Region(rows: 17..<18, columns: 33..<34),
      Region(rows: 0..<93, columns: 20..<40),
    ])
  func values(region: Region) throws {
    for type in [ElementType.float64, .float32] {
      let whole = try compute(nil, of: (93, 75), type, at: region)
      let part = try compute(region, of: (93, 75), type, at: region)
      #expect(whole.plan.computedRegion == Region(rows: 0..<93, columns: 0..<75))
      #expect(part.plan.computedRegion.contains(region))
      let largest = whole.values.map(abs).max() ?? 0
      let error = zip(whole.values, part.values).map { abs($0 - $1) }.max() ?? .infinity
      // sums run in another order where blocks start elsewhere; Winograd errs by a few 1e-6
      #expect(error <= (type == .float64 ? 1e-13 : 4e-6) * largest, "\(type)")
      #expect(part.plan.multiplyAdds < whole.plan.multiplyAdds)
      #expect(part.plan.arenaBytes <= whole.plan.arenaBytes)
    }
  }

  @Test("The region computed is the wanted one up to multiples of four and what is read around it")
  func region() throws {
    let wanted = Region(rows: 24..<56, columns: 25..<48)
    let plan = try compute(wanted, of: (93, 75), .float32, at: wanted).plan
    #expect(plan.computedRegion == Region(rows: 20..<60, columns: 20..<52))
    #expect(plan.layers.filter { $0.kind == "crop" }.count == 4)
  }

  @Test("Nothing is cropped where all is wanted, in training, or where a network sees everything")
  func whole() throws {
    let all = Region(rows: 0..<64, columns: 0..<64)
    let plan = try compute(all, of: (64, 64), .float32, at: all).plan
    #expect(!plan.layers.contains { $0.kind == "crop" })
    let part = Region(rows: 24..<40, columns: 24..<40)
    let training = try Plan(
      graph: Self.network(), inputShapes: [Shape(1, 64, 64, 3)], isTraining: true, wanted: part,
      threads: 1)
    #expect(training.computedRegion == all)
  }
}
