import Configuration
import Glibc

/// A fall by a constant factor at given steps.
public struct MultiStepSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "multistep",
    summary: "A fall by a constant factor at each of the steps listed.",
    formula: "base gamma^(number of milestones <= t), times (t + 1) / warmup while t < warmup",
    settings: [
      WarmUp.setting,
      Setting(
        "milestones", .list(.integer(1...1_000_000_000), count: 1...1000), isRequired: true,
        unit: "steps", "The steps at which the rate falls."),
      Setting("gamma", .number(0...1), default: "0.1", "The factor of each fall."),
    ])

  private let warmup: Int
  private let milestones: [Int]
  private let gamma: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    milestones = (settings.optionalList("milestones") ?? []).map {
      guard case .integer(let step) = $0 else { preconditionFailure("milestones are integers") }
      return step
    }
    gamma = settings.number("gamma")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    let falls = milestones.filter { $0 <= step }.count
    return base * pow(gamma, Double(falls)) * WarmUp.factor(step: step, over: warmup)
  }
}
