import Configuration

/// The optimisers that a pipeline file can name.
public enum OptimiserRegistry {
  /// Every optimiser, in the order in which `rspipe describe` lists them.
  public static let all: [any Optimiser.Type] = [
    SGD.self,
    Adam.self,
    AdamW.self,
    AdEMAMix.self,
    SAM.self,
    ASAM.self,
  ]

  /// The descriptions of all optimisers.
  public static var components: [Component] { all.map { $0.component } }

  /// Makes the optimiser of this name.
  ///
  /// - Throws: ``OptimiserError``, also for a name that no optimiser has.
  public static func make(_ name: String, settings: Settings) throws -> any Optimiser {
    guard let type = all.first(where: { $0.component.name == name }) else {
      throw OptimiserError.unknownOptimiser(name: name, known: all.map { $0.component.name })
    }
    return try type.init(settings)
  }
}
