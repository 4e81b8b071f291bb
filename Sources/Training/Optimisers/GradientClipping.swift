import CKernels

/// Limits on gradients before a step.
public enum GradientClipping {
  /// The L2 norm of all gradients together, accumulated in double.
  ///
  /// It is infinite or NaN if an element is.
  public static func norm(_ parameters: [ParameterSlot]) -> Double {
    parameters.reduce(0.0) { $0 + rs_sum_of_squares($1.type, $1.count, $1.gradient) }.squareRoot()
  }

  /// Scales all gradients together by min(1, limit / (norm + 1e-6)), as PyTorch does.
  ///
  /// Gradients whose norm is not finite are left alone: no factor mends them.
  ///
  /// - Parameters:
  ///   - parameters: The tensors whose gradients are scaled in place.
  ///   - limit: The largest norm allowed.
  /// - Returns: The norm before clipping.
  @discardableResult
  public static func clip(_ parameters: [ParameterSlot], norm limit: Double) -> Double {
    let norm = norm(parameters)
    let factor = limit / (norm + 1e-6)
    if norm.isFinite && factor < 1 {
      for slot in parameters { rs_scale(slot.type, slot.count, slot.gradient, factor) }
    }
    return norm
  }

  /// Limits every element of all gradients to -limit...limit in place.
  public static func clip(_ parameters: [ParameterSlot], value limit: Double) {
    for slot in parameters { rs_clamp(slot.type, slot.count, slot.gradient, limit) }
  }
}
