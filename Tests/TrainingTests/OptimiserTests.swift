import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

/// What every optimiser of the registry must keep.
struct OptimiserTests {
  /// Each optimiser as written in a pipeline file with momentum and decay where it has them.
  private static func optimisers() throws -> [(name: String, optimiser: any Optimiser)] {
    try OptimiserRegistry.all.map { type in
      let component = type.component
      let wanted: [(String, JSONValue)] = [
        ("momentum", .number(0.9)), ("weight_decay", .number(0.1)),
      ].filter { wanted in component.settings.contains { $0.key == wanted.0 } }
      return (component.name, try type.init(#require(decoded(component, wanted))))
    }
  }

  private func makeTensors(_ type: rs_type = RS_FLOAT64) -> ParameterTensors {
    ParameterTensors([("a.weight", [1, -2, 3]), ("a.bias", [0.5])], type: type) { $0 != "a.bias" }
  }

  private func step(
    _ optimiser: inout any Optimiser, _ tensors: ParameterTensors, _ range: Range<Int>
  ) {
    for step in range {
      tensors.gradients = [[0.5, Double(step), -1], [0.25]]
      tensors.withSlots { optimiser.step(parameters: $0, rate: 0.1) }
    }
  }

  @Test func namesAreUnique() {
    let names = OptimiserRegistry.components.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(OptimiserRegistry.components.allSatisfy { $0.family == "optimiser" })
  }

  @Test func aRestoredOptimiserGoesOnBitForBit() throws {
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for (name, fresh) in try Self.optimisers() {
        var whole = fresh
        let expected = makeTensors(type)
        step(&whole, expected, 0..<6)

        var first = fresh
        let found = makeTensors(type)
        step(&first, found, 0..<3)
        var second = fresh
        // a checkpoint need not keep the order of the tensors
        let saved = OptimiserState(
          step: first.state.step, tensors: first.state.tensors.reversed())
        try found.withSlots { try second.restore(saved, parameters: $0) }
        step(&second, found, 3..<6)
        #expect(found.values == expected.values, "\(name)")
        #expect(second.state == whole.state, "\(name)")
      }
    }
  }

  @Test func copiesHaveStatesOfTheirOwn() throws {
    for (name, fresh) in try Self.optimisers() {
      var original = fresh
      let tensors = makeTensors()
      step(&original, tensors, 0..<2)
      let before = original.state
      var copy = original
      step(&copy, tensors, 2..<3)
      #expect(original.state == before, "\(name)")
      #expect(copy.state != before, "\(name)")
    }
  }

  @Test func weightDecaySparesTheTensorsThatDoNotDecay() throws {
    for (name, fresh) in try Self.optimisers() {
      var optimiser = fresh
      let tensors = makeTensors()
      tensors.withSlots { optimiser.step(parameters: $0, rate: 0.1) }  // the gradient is 0
      #expect(tensors.values[0] != [1, -2, 3], "\(name)")
      #expect(tensors.values[1] == [0.5], "\(name)")
    }
  }

  @Test func aFreshStateRestoresToTheStart() throws {
    for (name, fresh) in try Self.optimisers() {
      var optimiser = fresh
      let tensors = makeTensors()
      step(&optimiser, tensors, 0..<2)
      try tensors.withSlots { try optimiser.restore(OptimiserState(), parameters: $0) }
      #expect(optimiser.state == fresh.state, "\(name)")
    }
  }

  @Test func anUnknownOptimiserIsNamedWithTheKnownOnes() {
    let known = OptimiserRegistry.components.map(\.name).joined(separator: ", ")
    #expect(
      errorMessage { try OptimiserRegistry.make("adem", settings: Settings(values: [:])) }
        == "unknown optimiser 'adem'. Known optimisers: \(known)")
  }
}
