import CKernels
import Engine

/// A way up the gradient: sharpness-aware optimisers take the gradient at its end and the step from
/// where it began.
///
/// `ascend`, compute the gradient again, `restore`, step. The weights come back bit by bit.
public struct Perturbation: Sendable {
  /// The length ρ of the way.
  public let radius: Double
  /// nil: a Euclidean ball; η: lengths are measured in units of |w| + η, but for biases.
  public let adaptiveOffset: Double?
  private var kept = Moments()

  /// Describes the way.
  public init(radius: Double, adaptiveOffset: Double? = nil) {
    self.radius = radius
    self.adaptiveOffset = adaptiveOffset
  }

  /// Whether the way has no length, so that the first gradient is the one wanted.
  public var isIdentity: Bool { radius == 0 }

  /// Moves the weights to where the gradient is to be taken, and keeps what they were.
  ///
  /// SAM: w + ρ g / (|g| + 1e-12), ASAM: w + ρ T² g / (|T g| + 1e-12), T = |w| + η (1 for biases),
  /// with the norm over all parameters.
  public mutating func ascend(_ parameters: [ParameterSlot], pool: ThreadPool? = nil) {
    kept.begin(parameters, ["kept"])
    let kernel = KernelParameters(parameters, pool: pool, moments: kept) {
      $0.adaptive = adaptiveOffset != nil && $1.role != .bias && $1.role != .normBias ? 1 : 0
    }
    let eta = adaptiveOffset ?? 0
    let norm = kernel.squares(RS_OF_SCALED_GRADIENTS, eta: eta).squareRoot()
    kernel.run { rs_ascend($0, $1, $2, radius / (norm + 1e-12), eta) }
  }

  /// Gives the parameters of the last `ascend` their weights back.
  public func restore(_ parameters: [ParameterSlot], pool: ThreadPool? = nil) {
    precondition(kept.step > 0, "restore before ascend")
    KernelParameters(parameters, pool: pool, moments: kept).run { rs_restore($0, $1, $2) }
  }
}
