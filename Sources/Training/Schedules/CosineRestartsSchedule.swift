import Configuration
import Glibc

/// Cosine falls one after the other, each from the base again.
public struct CosineRestartsSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "cosine_restarts",
    summary: "Falls to the minimum along half a cosine, each from the base again.",
    formula: """
      t < warmup: base (t + 1) / warmup
      else minimum + (base - minimum) (1 + cos(pi s / length)) / 2, s steps into the cycle
      the first cycle after the warm-up is period steps long, each next one multiplier times that
      """,
    source: "Loshchilov and Hutter 2016 (arXiv 1608.03983)",
    settings: [
      WarmUp.setting,
      Setting(
        "period", .integer(1...1_000_000_000), isRequired: true, unit: "steps",
        "The length of the first cycle."),
      Setting(
        "multiplier", .integer(1...1000), default: "1",
        "How much longer each cycle is than the one before."),
      Setting("minimum", .number(0...1e3), default: "0", "The rate at the end of a cycle."),
    ])

  private let warmup: Int
  private let period: Int
  private let multiplier: Int
  private let minimum: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    period = settings.integer("period")
    multiplier = settings.integer("multiplier")
    minimum = settings.number("minimum")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    if step < warmup { return base * WarmUp.factor(step: step, over: warmup) }
    var (elapsed, length) = (step - warmup, period)
    if multiplier == 1 {
      elapsed %= length
    } else {
      while elapsed >= length {
        elapsed -= length
        length *= multiplier
      }
    }
    let done = Double(elapsed) / Double(length)
    return minimum + (base - minimum) * (1 + cos(.pi * done)) / 2
  }
}
