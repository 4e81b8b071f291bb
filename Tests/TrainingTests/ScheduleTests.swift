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

  @Test func anUnknownScheduleIsNamedWithTheKnownOnes() {
    let known = ScheduleRegistry.components.map(\.name).joined(separator: ", ")
    #expect(
      errorMessage { try ScheduleRegistry.make("cosin", settings: Settings(values: [:])) }
        == "unknown schedule 'cosin'. Known schedules: \(known)")
  }
}
