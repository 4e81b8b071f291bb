/// Why a loss cannot be made or cannot take a batch.
public enum LossError: Error, Equatable, CustomStringConvertible {
  /// No loss has this name.
  case unknownLoss(name: String, known: [String])
  /// The loss needs another kind of output.
  case unsuitedOutput(loss: String, classes: Int, mend: String)
  /// A list of class weights of another length than the classes.
  case weightCount(loss: String, expected: Int, found: Int)
  /// A rule for class weights that nobody has turned into numbers yet.
  case unresolvedRule(loss: String, rule: String)
  /// Two settings that exclude each other.
  case conflict(loss: String, reason: String)
  /// A label that is neither a class nor the ignore value.
  case label(value: UInt8, image: Int, pixel: Int, classes: Int)

  /// What is wrong, where, and how to mend it.
  public var description: String {
    switch self {
    case .unknownLoss(let name, let known):
      "unknown loss '\(name)'. Known losses: \(known.joined(separator: ", "))"
    case .unsuitedOutput(let loss, let classes, let mend):
      "loss '\(loss)' does not suit a model with \(classes) output "
        + "\(classes == 1 ? "channel" : "channels"): \(mend)"
    case .weightCount(let loss, let expected, let found):
      "loss '\(loss)': class_weights has \(found) \(found == 1 ? "number" : "numbers"), but the "
        + "model has \(expected) output \(expected == 1 ? "channel" : "channels"): "
        + "give one number for each"
    case .unresolvedRule(let loss, let rule):
      "loss '\(loss)': class_weight_rule '\(rule)' needs the pixel counts of the training labels; "
        + "write class_weights as numbers where there are none"
    case .conflict(let loss, let reason):
      "loss '\(loss)': \(reason)"
    case .label(let value, let image, let pixel, let classes):
      "label \(value) in image \(image) of the batch, pixel \(pixel), is not a class: labels are "
        + "0 to \(max(classes, 2) - 1), and 255 for pixels to ignore"
    }
  }
}
