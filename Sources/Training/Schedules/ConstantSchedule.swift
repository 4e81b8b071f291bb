import Configuration

/// The same rate throughout, after a warm-up where wanted.
public struct ConstantSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "constant", summary: "The same rate throughout.",
    formula: "base, times (t + 1) / warmup while t < warmup", settings: [WarmUp.setting])

  private let warmup: Int

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    base * WarmUp.factor(step: step, over: warmup)
  }
}
