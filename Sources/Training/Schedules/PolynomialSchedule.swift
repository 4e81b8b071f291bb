import Configuration
import Glibc

/// A polynomial fall to 0, with the warm-up that SegFormer's recipe multiplies it with.
public struct PolynomialSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "poly",
    summary: "A polynomial fall to 0, multiplied by a linear warm-up.",
    formula: """
      base (1 - t / total)^power
      while t < warmup: times 1 - (1 - t / warmup) (1 - ratio)
      """,
    source: "The recipe of SegFormer (arXiv 2105.15203), power 0.9 in DeepLab's",
    settings: [
      WarmUp.setting,
      Setting("power", .number(0...10), default: "1", "The power of the fall."),
      Setting(
        "ratio", .number(0...1), default: "1e-6", "The factor at the first step of the warm-up."),
    ])

  private let warmup: Int
  private let power: Double
  private let ratio: Double

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    power = settings.number("power")
    ratio = settings.number("ratio")
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    guard step < total else { return 0 }
    let rate = base * pow(1 - Double(step) / Double(total), power)
    guard step < warmup else { return rate }
    return rate * (1 - (1 - Double(step) / Double(warmup)) * (1 - ratio))
  }
}
