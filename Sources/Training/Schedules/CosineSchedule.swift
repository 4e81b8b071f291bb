import Configuration
import Glibc

/// A fall along half a cosine after the warm-up.
public struct CosineSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "cosine",
    summary: "A fall to the minimum along half a cosine, after a linear warm-up.",
    formula: """
      t < warmup: base (t + 1) / warmup
      else minimum + (base - minimum) (1 + cos(pi (t - warmup) / (total - warmup))) / 2
      """,
    source: "Loshchilov and Hutter 2016 (arXiv 1608.03983), without restarts",
    settings: [
      WarmUp.setting,
      Setting("minimum", .number(0...1e3), default: "0", "The rate at the end."),
    ])

  private let warmup: Int
  private let minimum: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    minimum = settings.number("minimum")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    if step < warmup { return base * WarmUp.factor(step: step, over: warmup) }
    guard step < total else { return minimum }
    let done = Double(step - warmup) / Double(total - warmup)
    return minimum + (base - minimum) * (1 + cos(.pi * done)) / 2
  }
}
