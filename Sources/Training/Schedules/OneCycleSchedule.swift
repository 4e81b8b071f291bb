import Configuration
import Glibc

/// One rise and one long fall, with the momentum the other way.
public struct OneCycleSchedule: Schedule {
  /// The name, formula and keys.
  public static let component = Component(
    family: "schedule", name: "one_cycle",
    summary: "One rise to the base and one long fall, both along half a cosine; "
      + "momentum goes the other way.",
    formula: """
      up = start_fraction total - 1, last = total - 1
      t <= up: from base / divide to base; else to base / divide / final_divide at t = last
      momentum (beta1): momentum_high to momentum_low and back
      while t < warmup the rate is also taken times (t + 1) / warmup
      """,
    source: "Smith and Topin 2017 (arXiv 1708.07120), as in torch.optim.lr_scheduler.OneCycleLR",
    settings: [
      WarmUp.setting,
      Setting(
        "start_fraction", .number(0...1), default: "0.3", "The share of steps that rise."),
      Setting("divide", .number(1...1e12), default: "25", "The base over the rate at the start."),
      Setting(
        "final_divide", .number(1...1e12), default: "1e4",
        "The rate at the start over that at the end."),
      Setting(
        "cycle_momentum", .flag, default: "true",
        "Whether an optimiser that has momentum gets it from the two settings below."),
      Setting(
        "momentum_high", .number(0...0.999_999), default: "0.95",
        "The momentum at the start and at the end."),
      Setting("momentum_low", .number(0...0.999_999), default: "0.85", "The momentum at the peak."),
    ])

  private let warmup: Int
  private let startFraction: Double
  private let divide: Double
  private let finalDivide: Double
  private let momenta: (high: Double, low: Double)?

  /// Makes the schedule.
  public init(_ settings: Settings) {
    warmup = settings.integer("warmup")
    startFraction = settings.number("start_fraction")
    divide = settings.number("divide")
    finalDivide = settings.number("final_divide")
    momenta =
      settings.flag("cycle_momentum")
      ? (settings.number("momentum_high"), settings.number("momentum_low")) : nil
  }

  /// The learning rate of a step.
  public func rate(step: Int, of total: Int, base: Double) -> Double {
    let start = base / divide
    return value(step, total, from: start, over: base, to: start / finalDivide)
      * WarmUp.factor(step: step, over: warmup)
  }

  /// The momentum of a step.
  public func momentum(step: Int, of total: Int) -> Double? {
    momenta.map { value(step, total, from: $0.high, over: $0.low, to: $0.high) }
  }

  private func value(
    _ step: Int, _ total: Int, from start: Double, over peak: Double, to end: Double
  ) -> Double {
    let up = startFraction * Double(total) - 1
    let last = Double(total - 1)
    let t = min(Double(step), last)
    if t <= up { return cosine(start, peak, up > 0 ? t / up : 1) }
    return cosine(peak, end, (t - up) / (last - up))
  }

  /// From `a` at 0 to `b` at 1 along half a cosine.
  private func cosine(_ a: Double, _ b: Double, _ share: Double) -> Double {
    b + (a - b) * (1 + cos(.pi * share)) / 2
  }
}
