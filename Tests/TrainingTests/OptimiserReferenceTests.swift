import CKernels
import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

/// Every trace, average, clipping and schedule of `optimisers.json`.
struct OptimiserReferenceTests {
  /// 1e-12 in double, 1e-5 in float, of the largest weight.
  private static let types = [(RS_FLOAT64, 1e-12), (RS_FLOAT32, 1e-5)]

  @Test func everyBuiltOptimiserFollowsTheReferenceTraces() throws {
    let document = try ReferenceFolder().json("optimisers")
    var tally = ReferenceTally("optimiser traces")
    for trace in try #require(document["traces"]?.array) {
      let name = try #require(trace["optimiser"]?.string)
      let parameters = try #require(trace["params"]?.members)
      let problemName = try #require(trace["problem"]?.string)
      let json = try #require(document["problems"]?[problemName])
      let limit = parameters.first { $0.0 == "clip_norm" }?.1.double
      guard let problem = ReferenceProblem(json),
        let component = longestNamed(name, OptimiserRegistry.components),
        let settings = settings(of: component, name, parameters.filter { $0.0 != "clip_norm" })
      else {
        tally.notBuiltYet(name)
        continue
      }
      let start = try #require(json["start"]?.doubles)
      let expected = try #require(trace["weights_after_step"]?.all(\.doubles))
      for (type, tolerance) in Self.types {
        var optimiser = try OptimiserRegistry.make(component.name, settings: settings)
        // two tensors, so that what is common to all of them is tested as well
        let tensors = ParameterTensors([Array(start[..<3]), Array(start[3...])], type: type)
        for (step, expected) in expected.enumerated() {
          let gradient = problem.gradient(at: Array(tensors.values.joined()))
          tensors.gradients = [Array(gradient[..<3]), Array(gradient[3...])]
          if var perturbation = optimiser.perturbation {
            tensors.withSlots { perturbation.ascend($0) }
            let gradient = problem.gradient(at: Array(tensors.values.joined()))
            tensors.withSlots { perturbation.restore($0) }
            tensors.gradients = [Array(gradient[..<3]), Array(gradient[3...])]
          }
          if let limit { _ = tensors.withSlots { GradientClipping.clip($0, norm: limit) } }
          tensors.withSlots { optimiser.step(parameters: $0, rate: optimiser.learningRate) }
          let error = maxAbsDifference(Array(tensors.values.joined()), expected)
          #expect(error <= tolerance * max(1, maxAbs(expected)), "\(problemName), \(name), \(step)")
        }
        tally.compared()
      }
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }

  @Test func gradientsAreClippedAsInTheReference() throws {
    let document = try ReferenceFolder().json("optimisers")
    var tally = ReferenceTally("clipping")
    for row in try #require(document["clipping"]?.array) {
      let gradients = try #require(row["grads"]?.all(\.doubles))
      let expected = try #require(row["clipped"]?.all(\.doubles))
      for (type, tolerance) in Self.types {
        let tensors = ParameterTensors(gradients, type: type)
        tensors.gradients = gradients
        if let limit = row["max_norm"]?.double {
          let norm = tensors.withSlots { GradientClipping.clip($0, norm: limit) }
          let wanted = try #require(row["norm"]?.double)
          #expect(abs(norm - wanted) <= tolerance * wanted)
        } else {
          let limit = try #require(row["limit"]?.double)
          tensors.withSlots { GradientClipping.clip($0, value: limit) }
        }
        let error = maxAbsDifference(Array(tensors.gradients.joined()), Array(expected.joined()))
        #expect(error <= tolerance * maxAbs(Array(expected.joined())))
        tally.compared()
      }
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }

  @Test func averagesOfWeightsFollowTheReference() throws {
    let document = try ReferenceFolder().json("optimisers")
    var tally = ReferenceTally("averages")
    let weights = try #require(document["traces"]?[0]?["weights_after_step"]?.all(\.doubles))
    for (name, row) in document.members where name.hasPrefix("ema_") {
      let decay = try #require(row["decay"]?.double)
      let expected = try #require(row["averages"]?.all(\.doubles))
      for (type, tolerance) in Self.types {
        let tensors = ParameterTensors([expected[0]], type: type)
        var average = tensors.withSlots {
          WeightAverage(decay: decay, warmsUp: row["decay_per_update"] != nil, parameters: $0)
        }
        for (weights, expected) in zip(weights, expected.dropFirst()) {
          tensors.setValues([weights])
          tensors.withSlots { average.update($0) }
          let error = maxAbsDifference(average.state.tensors[0].values, expected)
          #expect(error <= tolerance * max(1, maxAbs(expected)), "\(name)")
        }
        tally.compared()
      }
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }

  @Test func everyBuiltScheduleGivesTheReferenceRates() throws {
    let document = try ReferenceFolder().json("optimisers")
    var tally = ReferenceTally("schedules")
    let common = ["base", "peak", "total", "rule", "lr", "momentum"]
    for (name, row) in try #require(document["schedules"]?.members) {
      guard let base = (row["base"] ?? row["peak"])?.double, let total = row["total"]?.int,
        let component = longestNamed(name, ScheduleRegistry.components),
        let settings = decoded(component, row.members.filter { !common.contains($0.0) })
      else {
        tally.notBuiltYet(name)
        continue
      }
      let schedule = try ScheduleRegistry.make(component.name, settings: settings)
      for (step, expected) in try #require(row["lr"]?.doubles).enumerated() {
        let rate = schedule.rate(step: step, of: total, base: base)
        #expect(abs(rate - expected) <= 1e-12 * expected, "\(name), step \(step)")
      }
      for (step, expected) in (row["momentum"]?.doubles ?? []).enumerated() {
        let momentum = try #require(schedule.momentum(step: step, of: total))
        #expect(abs(momentum - expected) <= 1e-12 * expected, "\(name), step \(step)")
      }
      tally.compared()
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }

  /// The settings of a trace.
  ///
  /// One around another optimiser, `sam_sgd_momentum`, names both, and its
  /// parameters belong to whichever has the key.
  private func settings(
    of component: Component, _ name: String, _ parameters: [(String, JSONValue)]
  ) -> Settings? {
    guard component.settings.contains(where: { $0.key == "base" }) else {
      return decoded(component, parameters, renamed: ["lr": "learning_rate"])
    }
    let baseName = String(name.dropFirst(component.name.count + 1))
    guard let base = longestNamed(baseName, OptimiserRegistry.components) else { return nil }
    let own = parameters.filter { item in component.settings.contains { $0.key == item.0 } }
    let rest = parameters.filter { item in !component.settings.contains { $0.key == item.0 } }
      .map { ($0.0 == "lr" ? "learning_rate" : $0.0, $0.1) }
    return decoded(component, own + [("base", .object([(base.name, .object(rest))]))])
  }

  /// The component that a case is about: `adamw` for `adamw_clip`, never `adam`.
  private func longestNamed(_ name: String, _ components: [Component]) -> Component? {
    components.filter { name == $0.name || name.hasPrefix($0.name + "_") }
      .max { $0.name.count < $1.name.count }
  }
}
