import CKernels
import Engine

/// Limits on gradients before a step.
public enum GradientClipping {
  /// The L2 norm of all gradients together, accumulated in double.
  ///
  /// It is infinite or NaN if an element is, and the same whatever the number of threads.
  public static func norm(_ parameters: [ParameterSlot], pool: ThreadPool? = nil) -> Double {
    KernelParameters(parameters, pool: pool).squares(RS_OF_GRADIENTS).squareRoot()
  }

  /// Scales all gradients together by min(1, limit / (norm + 1e-6)), as PyTorch does.
  ///
  /// Gradients whose norm is not finite are left alone: no factor mends them.
  ///
  /// - Parameters:
  ///   - parameters: The tensors whose gradients are scaled in place.
  ///   - limit: The largest norm allowed.
  ///   - pool: The threads; nil: the caller's alone.
  /// - Returns: The norm before clipping.
  @discardableResult
  public static func clip(
    _ parameters: [ParameterSlot], norm limit: Double, pool: ThreadPool? = nil
  ) -> Double {
    let kernel = KernelParameters(parameters, pool: pool)
    let norm = kernel.squares(RS_OF_GRADIENTS).squareRoot()
    let factor = limit / (norm + 1e-6)
    if norm.isFinite && factor < 1 {
      kernel.run { rs_scale_gradients($0, $1, $2, factor) }
    }
    return norm
  }

  /// Limits every element of all gradients to -limit...limit in place.
  public static func clip(
    _ parameters: [ParameterSlot], value limit: Double, pool: ThreadPool? = nil
  ) {
    KernelParameters(parameters, pool: pool).run { rs_clamp_gradients($0, $1, $2, limit) }
  }
}
