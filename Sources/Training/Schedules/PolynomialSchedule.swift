import Configuration
import Glibc

/// A polynomial fall to 0, after a warm-up or multiplied by that of SegFormer's recipe.
public struct PolynomialSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "poly",
    summary: "A polynomial fall to 0, with a linear warm-up.",
    formula: """
      base (1 - t / total)^power
      t < warmup: times 1 - (1 - t / warmup) (1 - ratio) (warmup_form multiply)
                  base (t + 1) / warmup instead (warmup_form rise)
      """,
    source: "The recipe of SegFormer (arXiv 2105.15203), power 0.9 in DeepLab's",
    settings: [
      WarmUp.setting,
      Setting("power", .number(0...10), default: "1", "The power of the fall."),
      Setting(
        "ratio", .number(0...1), default: "1e-6",
        "The factor at the first step of a warm-up that multiplies."),
      Setting(
        "warmup_form", .choice(["multiply", "rise"]), default: "multiply",
        "Whether the warm-up multiplies the fall, as in SegFormer's recipe, or rises to the base."),
    ])

  private let warmup: Int
  private let power: Double
  private let ratio: Double
  private let rises: Bool

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    power = settings.number("power")
    ratio = settings.number("ratio")
    rises = settings.text("warmup_form") == "rise"
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    if rises && step < warmup { return base * WarmUp.factor(step: step, over: warmup) }
    guard step < total else { return 0 }
    let rate = base * pow(1 - Double(step) / Double(total), power)
    guard step < warmup else { return rate }
    return rate * (1 - (1 - Double(step) / Double(warmup)) * (1 - ratio))
  }
}
