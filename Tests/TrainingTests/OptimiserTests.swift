import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

/// What every optimiser of the registry must keep.
struct OptimiserTests {
  /// Each optimiser as written in a pipeline file with momentum and decay where it has them; those
  /// around another one around SGD and around AdamW.
  private static func optimisers() throws -> [(name: String, optimiser: any Optimiser)] {
    try OptimiserRegistry.all.flatMap { type -> [(String, any Optimiser)] in
      let component = type.component
      guard component.settings.contains(where: { $0.key == "base" }) else {
        return [(component.name, try type.init(#require(decoded(component, wanted(component)))))]
      }
      return try [SGD.component, AdamW.component].map { base in
        let node = JSONValue.object([(base.name, .object(wanted(base)))])
        let settings = try #require(decoded(component, [("base", node)]))
        return ("\(component.name) around \(base.name)", try type.init(settings))
      }
    }
  }

  private static func wanted(_ component: Component) -> [(String, JSONValue)] {
    [("momentum", .number(0.9)), ("weight_decay", .number(0.1))]
      .filter { wanted in component.settings.contains { $0.key == wanted.0 } }
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

  /// Rows of one tensor longer than a chunk and of many short ones, so that threads share both.
  @Test func threadsAndChunksChangeNoBit() throws {
    var generator = SeededGenerator(seed: 3)
    let sizes = [40_000, 1, 0, 7, 16_384, 16_385, 3]
    let start = sizes.map { size in (0..<size).map { _ in generator.normal() } }
    let gradients = (0..<2).map { _ in
      sizes.map { size in (0..<size).map { _ in generator.normal() } }
    }
    for type in [RS_FLOAT32, RS_FLOAT64] {
      for (name, fresh) in try Self.optimisers() {
        let found = [nil, ThreadPool(threads: 1), ThreadPool(threads: 3)].map { pool in
          var optimiser = fresh
          let tensors = ParameterTensors(start, type: type)
          for gradient in gradients {
            tensors.gradients = gradient
            tensors.withSlots {
              _ = GradientClipping.clip($0, norm: 0.1, pool: pool)
              optimiser.step($0, OptimiserStep(rate: 0.1, pool: pool))
            }
          }
          return tensors.values
        }
        #expect(found[1] == found[0] && found[2] == found[0], "\(name)")
        #expect(found[0] != start, "\(name)")
      }
    }
  }

  @Test func aTensorTakesTheFactorOfItsRate() throws {
    for (name, fresh) in try Self.optimisers() {
      var (half, whole) = (fresh, fresh)
      let (slow, fast) = (makeTensors(), makeTensors())
      slow.gradients = [[1, 2, 3], [4]]
      fast.gradients = slow.gradients
      slow.withSlots { slots in
        let slots = slots.map { slot in
          var slot = slot
          slot.rateFactor = 0.5
          return slot
        }
        half.step(parameters: slots, rate: 0.2)
      }
      fast.withSlots { whole.step(parameters: $0, rate: 0.1) }
      #expect(slow.values == fast.values, "\(name)")
    }
  }

  @Test func normsAndBiasesCanBeLeftOutOfWeightDecay() throws {
    for type in OptimiserRegistry.all
    where type.component.settings.contains(where: { $0.key == "decay_norms_and_biases" }) {
      for spares in [false, true] {
        var optimiser = try type.init(
          #require(
            decoded(
              type.component,
              [("weight_decay", .number(0.1)), ("decay_norms_and_biases", .flag(!spares))])))
        let roles: [ParameterRole] = [.weight(fanIn: 2), .bias, .normWeight, .normBias]
        let tensors = ParameterTensors(Array(repeating: [1], count: 4))
        tensors.withSlots { slots in
          let slots = zip(slots, roles).map { slot, role in
            ParameterSlot(
              name: slot.name, type: slot.type, count: slot.count, value: slot.value,
              gradient: slot.gradient, role: role)
          }
          optimiser.step(parameters: slots, rate: 0.1)  // the gradient is 0
        }
        #expect(
          tensors.values.map { $0[0] != 1 } == [true, !spares, !spares, !spares],
          "\(type.component.name)")
      }
    }
  }

  @Test func anUnknownOptimiserIsNamedWithTheKnownOnes() {
    let known = OptimiserRegistry.components.map(\.name).joined(separator: ", ")
    #expect(
      errorMessage { try OptimiserRegistry.make("adem", settings: Settings(values: [:])) }
        == "unknown optimiser 'adem'. Known optimisers: \(known)")
  }
}
