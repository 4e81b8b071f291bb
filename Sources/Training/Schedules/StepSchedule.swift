import Configuration
import Glibc

/// A fall by a constant factor at equal distances.
public struct StepSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "step",
    summary: "A fall by a constant factor after every so many steps.",
    formula: "base gamma^floor(t / step), times (t + 1) / warmup while t < warmup",
    settings: [
      WarmUp.setting,
      Setting(
        "step", .integer(1...1_000_000_000), isRequired: true, unit: "steps",
        "The number of steps between two falls."),
      Setting("gamma", .number(0...1), default: "0.1", "The factor of each fall."),
    ])

  private let warmup: Int
  private let interval: Int
  private let gamma: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    interval = settings.integer("step")
    gamma = settings.number("gamma")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    base * pow(gamma, Double(step / interval)) * WarmUp.factor(step: step, over: warmup)
  }
}
