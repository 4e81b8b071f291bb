import Configuration

/// A function of logits and their target that training makes small.
///
/// One loss is one file, one line in ``LossRegistry/all`` and one test file. Every loss honours the
/// ignored pixels of the target: they add nothing to the value and exactly 0 to the gradient. Where
/// nothing at all takes part, the value is 0. With one class the logits are one sigmoid channel
/// (the foreground), with more a softmax.
public protocol Loss: Sendable {
  /// The name, summary, formula and keys, of family `loss`.
  static var component: Component { get }

  /// Makes the loss from decoded settings.
  ///
  /// - Parameters:
  ///   - settings: The settings declared by ``component``.
  ///   - classes: The number of channels of the logits; 1 means one sigmoid channel.
  /// - Throws: ``LossError`` where the settings do not go together or do not suit the classes.
  init(_ settings: Settings, classes: Int) throws

  /// Computes the value and, where a gradient is given, adds `weight` × d value / d logits to it.
  ///
  /// - Parameters:
  ///   - batch: The logits and their target.
  ///   - weight: The factor of the gradient; the value returned is free of it.
  ///   - gradient: (images, pixels, classes) of the batch's element type, or nil for the value
  ///     alone. It is added to, so the caller clears it.
  /// - Returns: The value. It is the same whatever the number of threads.
  func evaluate(
    _ batch: LossBatch, weight: Double, addingTo gradient: UnsafeMutableRawPointer?
  ) -> Double
}
