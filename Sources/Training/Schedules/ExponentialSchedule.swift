import Configuration
import Glibc

/// A fall by the same factor at every step.
public struct ExponentialSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "exponential",
    summary: "A fall by the same factor at every step.",
    formula: "base gamma^t, times (t + 1) / warmup while t < warmup",
    settings: [
      WarmUp.setting,
      Setting("gamma", .number(0...1), isRequired: true, "The factor of each step."),
    ])

  private let warmup: Int
  private let gamma: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    gamma = settings.number("gamma")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    base * pow(gamma, Double(step)) * WarmUp.factor(step: step, over: warmup)
  }
}
