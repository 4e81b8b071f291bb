import Configuration
import Engine
import TestSupport
import Testing

@testable import Training

struct ScheduleTests {
  private func makeSchedule(
    _ name: String, _ parameters: [(String, JSONValue)] = []
  ) throws -> any Schedule {
    let component = try #require(ScheduleRegistry.components.first { $0.name == name })
    return try ScheduleRegistry.make(name, settings: #require(decoded(component, parameters)))
  }

  @Test func namesAreUniqueAndEveryScheduleWarmsUp() {
    let names = ScheduleRegistry.components.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(ScheduleRegistry.components.allSatisfy { $0.family == "schedule" })
    #expect(ScheduleRegistry.components.allSatisfy { $0.settings.contains { $0.key == "warmup" } })
  }

  @Test func aConstantRateRisesOverItsWarmUp() throws {
    let schedule = try makeSchedule("constant", [("warmup", .number(4))])
    let rates = (0..<6).map { schedule.rate(step: $0, of: 6, base: 8) }
    #expect(rates == [2, 4, 6, 8, 8, 8])
  }

  @Test func aCosineFallsToItsMinimumAndStaysThere() throws {
    let schedule = try makeSchedule("cosine", [("minimum", .number(0.5))])
    #expect(schedule.rate(step: 0, of: 10, base: 1.5) == 1.5)
    #expect(abs(schedule.rate(step: 5, of: 10, base: 1.5) - 1) < 1e-15)
    #expect(schedule.rate(step: 10, of: 10, base: 1.5) == 0.5)
    #expect(schedule.rate(step: 99, of: 10, base: 1.5) == 0.5)
  }

  @Test func aWarmUpLongerThanTheTrainingOnlyRises() throws {
    for name in ["constant", "cosine"] {
      let schedule = try makeSchedule(name, [("warmup", .number(20))])
      #expect(schedule.rate(step: 9, of: 10, base: 1) == 0.5)
    }
  }

  @Test func aPolynomialFallsToZeroAndStaysThere() throws {
    let schedule = try makeSchedule("poly", [("power", .number(2))])
    #expect(schedule.rate(step: 5, of: 10, base: 1) == 0.25)
    #expect(schedule.rate(step: 10, of: 10, base: 1) == 0)
    #expect(schedule.rate(step: 11, of: 10, base: 1) == 0)
  }

  @Test func theWarmUpOfThePolynomialMultipliesItsFall() throws {
    let schedule = try makeSchedule("poly", [("warmup", .number(4)), ("ratio", .number(0.5))])
    #expect(schedule.rate(step: 0, of: 8, base: 1) == 0.5)
    #expect(schedule.rate(step: 2, of: 8, base: 1) == 0.75 * 0.75)
    #expect(schedule.rate(step: 4, of: 8, base: 1) == 0.5)
  }

  @Test func stepsFallAtEqualDistances() throws {
    let schedule = try makeSchedule("step", [("step", .number(2)), ("gamma", .number(0.5))])
    let rates = (0..<5).map { schedule.rate(step: $0, of: 5, base: 1) }
    #expect(rates == [1, 1, 0.5, 0.5, 0.25])
  }

  /// The recipe of a training trace: a rise to the base, then the fall where it is by then.
  @Test func aPolynomialCanJoinItsFallAfterTheWarmUp() throws {
    let schedule = try makeSchedule(
      "poly", [("warmup", .number(2)), ("power", .number(0.9)), ("warmup_form", .text("rise"))])
    var compared = 0
    for (name, trace) in try ReferenceFolder().json("traces").members {
      guard let recipe = trace["recipe"]?["schedule"], recipe["warmup"]?.int == 2,
        recipe["power"]?.double == 0.9
      else { continue }
      let base = try #require(trace["optimiser"]?["lr"]?.double)
      let total = try #require(recipe["total"]?.int)
      for (step, expected) in try #require(trace["lr_per_step"]?.doubles).enumerated() {
        let rate = schedule.rate(step: step, of: total, base: base)
        #expect(abs(rate - expected) <= 1e-12 * expected, "\(name), step \(step)")
        compared += 1
      }
    }
    #expect(compared > 0)
  }

  @Test func milestonesMayStandInAnyOrder() throws {
    let schedule = try makeSchedule(
      "multistep", [("milestones", .list([.number(4), .number(2)])), ("gamma", .number(0.5))])
    let rates = (0..<6).map { schedule.rate(step: $0, of: 6, base: 8) }
    #expect(rates == [8, 8, 4, 4, 2, 2])
  }

  @Test func anExponentialFallGoesOnBeyondTheTraining() throws {
    let schedule = try makeSchedule("exponential", [("gamma", .number(0.5))])
    #expect((0..<4).map { schedule.rate(step: $0, of: 2, base: 8) } == [8, 4, 2, 1])
  }

  @Test func cosinesRestartAfterTheWarmUpAndGrowLonger() throws {
    let schedule = try makeSchedule(
      "cosine_restarts",
      [("warmup", .number(2)), ("period", .number(2)), ("multiplier", .number(2))])
    let rates = (0..<8).map { schedule.rate(step: $0, of: 8, base: 1) }
    // warm-up, then cycles of 2 and 4 steps: halves and quarters of a cosine, rounded: 1e-15
    let quarter = (1 + 0.5.squareRoot()) / 2
    #expect(
      maxAbsDifference(rates, [0.5, 1, 1, 0.5, 1, quarter, 0.5, 1 - quarter]) < 1e-15)
    let equal = try makeSchedule("cosine_restarts", [("period", .number(2))])
    #expect(equal.rate(step: 1_000_000_000, of: 8, base: 1) == 1)
  }

  @Test func oneCycleReachesItsPeakAndStaysAtItsEnd() throws {
    let schedule = try makeSchedule("one_cycle", [("start_fraction", .number(0.5))])
    // half a cosine down and up again rounds: 1e-15
    #expect(abs(schedule.rate(step: 0, of: 10, base: 1) - 1 / 25.0) < 1e-15)
    #expect(schedule.rate(step: 4, of: 10, base: 1) == 1)
    #expect(abs(schedule.rate(step: 9, of: 10, base: 1) - 1 / 25e4) < 1e-16)
    #expect(schedule.rate(step: 99, of: 10, base: 1) == schedule.rate(step: 9, of: 10, base: 1))
    #expect(schedule.momentum(step: 0, of: 10) == 0.95)
    #expect(schedule.momentum(step: 4, of: 10) == 0.85)
    for (fraction, total) in [(0.0, 1), (0.1, 10), (1, 1), (1, 10), (0.3, 2)] {
      let edge = try makeSchedule("one_cycle", [("start_fraction", .number(fraction))])
      for step in 0..<total {
        let rate = edge.rate(step: step, of: total, base: 1)
        #expect(rate > 0 && rate <= 1, "\(fraction) of \(total), step \(step)")
      }
    }
  }

  @Test func onlyOneCycleChangesTheMomentumAndItCanBeLeftAlone() throws {
    #expect(try makeSchedule("constant").momentum(step: 0, of: 9) == nil)
    let schedule = try makeSchedule("one_cycle", [("cycle_momentum", .flag(false))])
    #expect(schedule.momentum(step: 0, of: 9) == nil)
  }

  @Test func anUnknownScheduleIsNamedWithTheKnownOnes() {
    let known = ScheduleRegistry.components.map(\.name).joined(separator: ", ")
    #expect(
      errorMessage { try ScheduleRegistry.make("cosin", settings: Settings(values: [:])) }
        == "unknown schedule 'cosin'. Known schedules: \(known)")
  }
}
