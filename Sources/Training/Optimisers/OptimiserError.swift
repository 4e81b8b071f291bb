/// Why an optimiser cannot be made or take over a state.
public enum OptimiserError: Error, Equatable, CustomStringConvertible {
  /// No optimiser has this name.
  case unknownOptimiser(name: String, known: [String])
  /// Two settings that do not go together.
  case conflict(optimiser: String, reason: String)
  /// A tensor that the parameters need is not in the state.
  case missingState(tensor: String)
  /// A tensor has another element type than its parameter.
  case stateType(tensor: String)
  /// A tensor has another size than its parameter.
  case stateSize(tensor: String, expectedBytes: Int, foundBytes: Int)
  /// A tensor that belongs to no parameter.
  case unknownState(tensor: String)

  /// What is wrong, and how to mend it.
  public var description: String {
    switch self {
    case .unknownOptimiser(let name, let known):
      "unknown optimiser '\(name)'. Known optimisers: \(known.joined(separator: ", "))"
    case .conflict(let optimiser, let reason):
      "optimiser '\(optimiser)': \(reason)"
    case .missingState(let tensor):
      "the optimiser state has no '\(tensor)': it was saved by another model or optimiser; start "
        + "again without it, or restore the settings it was saved with"
    case .stateSize(let tensor, let expected, let found):
      "the optimiser state '\(tensor)' has \(found) bytes where the model needs \(expected): it "
        + "was saved by another model"
    case .stateType(let tensor):
      "the optimiser state '\(tensor)' has another number type than the model: it was saved by a "
        + "training in the other precision"
    case .unknownState(let tensor):
      "the optimiser state '\(tensor)' belongs to no parameter of this model: it was saved by "
        + "another model or optimiser"
    }
  }
}
