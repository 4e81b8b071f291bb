import Configuration
import Engine

/// The key of stages that compute with a network: how exactly.
enum KernelSetting {
  /// `exact`.
  static let exact = Setting(
    "exact", .flag, default: "false",
    "Whether convolutions are computed without Winograd's transforms: the last digits are a few "
      + "times more exact, and it takes about twice as long.")

  /// How kernels are chosen.
  static func read(_ settings: Settings) -> KernelChoice { settings.flag("exact") ? .exact : .fast }
}
