/// Values that cannot be counted because they are outside what the classes allow.
public enum AccuracyError: Error, Equatable, CustomStringConvertible {
  /// Which of two rasters a class was read from.
  public enum Role: String, Sendable {
    /// The labels.
    case reference
    /// The map.
    case predicted
  }

  /// A class value that is neither one of the classes nor the ignored value.
  case unknownClass(Role, value: UInt8, pixel: Int, classCount: Int)
  /// A probability that is not a number of 0 to 1.
  case invalidProbability(Float, pixel: Int, channel: Int)
  /// A score that cannot be put in order.
  case invalidScore(Float, pixel: Int)

  /// What was found, where, and what is allowed.
  public var description: String {
    switch self {
    case .unknownClass(let role, let value, let pixel, let classCount):
      "\(role.rawValue) class \(value) at pixel \(pixel): expected 0 to \(classCount - 1) "
        + "or the ignored value; map the values to classes first"
    case .invalidProbability(let value, let pixel, let channel):
      "probability \(value) at pixel \(pixel), class \(channel): expected 0 to 1; "
        + "pass probabilities, not logits"
    case .invalidScore(let value, let pixel):
      "score \(value) at pixel \(pixel): expected a number; give pixels that were not observed the "
        + "ignored label"
    }
  }
}
