import Configuration

/// The learning rate as a function of the step.
///
/// One schedule is one file, one line in ``ScheduleRegistry/all`` and one test file.
public protocol Schedule: Sendable {
  /// The name, summary, formula and keys, of family `schedule`.
  static var component: Component { get }

  /// Makes the schedule from decoded settings.
  init(_ settings: Settings)

  /// The learning rate of a step.
  ///
  /// - Parameters:
  ///   - step: The step, from 0.
  ///   - total: The number of steps of the training; a step at or after it gets the rate of the end.
  ///   - base: The learning rate of the optimiser.
  func rate(step: Int, of total: Int, base: Double) -> Double

  /// The momentum of a step, which takes the place of the optimiser's; nil: the optimiser's counts.
  func momentum(step: Int, of total: Int) -> Double?
}

extension Schedule {
  /// Most leave momentum alone.
  public func momentum(step: Int, of total: Int) -> Double? { nil }
}

/// The schedules that a pipeline file can name.
public enum ScheduleRegistry {
  /// Every schedule, in the order in which `rspipe describe` lists them.
  public static let all: [any Schedule.Type] = [
    ConstantSchedule.self,
    CosineSchedule.self,
    CosineRestartsSchedule.self,
    PolynomialSchedule.self,
    StepSchedule.self,
    MultiStepSchedule.self,
    ExponentialSchedule.self,
    OneCycleSchedule.self,
  ]

  /// The descriptions of all schedules.
  public static var components: [Component] { all.map { $0.component } }

  /// Makes the schedule of this name.
  ///
  /// - Throws: ``ScheduleError`` for a name that no schedule has.
  public static func make(_ name: String, settings: Settings) throws -> any Schedule {
    guard let type = all.first(where: { $0.component.name == name }) else {
      throw ScheduleError.unknownSchedule(name: name, known: all.map { $0.component.name })
    }
    return type.init(settings)
  }
}

/// Why a schedule cannot be made.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
  /// No schedule has this name.
  case unknownSchedule(name: String, known: [String])

  /// What is wrong, and what is known.
  public var description: String {
    switch self {
    case .unknownSchedule(let name, let known):
      "unknown schedule '\(name)'. Known schedules: \(known.joined(separator: ", "))"
    }
  }
}

/// A linear rise of the rate over the first steps.
enum WarmUp {
  /// The key that every schedule has.
  static let setting = Setting(
    "warmup", .integer(0...1_000_000_000), default: "0", unit: "steps",
    "The number of steps over which the rate rises linearly to its base.")

  /// The factor (step + 1) / warmup during the rise, 1 after it.
  static func factor(step: Int, over steps: Int) -> Double {
    step < steps ? Double(step + 1) / Double(steps) : 1
  }
}
