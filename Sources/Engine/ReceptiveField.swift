/// Which input pixels an output pixel depends on, along one axis (both axes are alike).
///
/// Pixel `i` of a value with `finite(step: s, before: b, after: a)` depends on the input pixels
/// `i·s - b ... i·s + s - 1 + a` and on no others. From it follow the halo of the windows of a
/// scene and the multiples at which they start.
public enum ReceptiveField: Equatable, Sendable {
  /// A fixed neighbourhood. `step`: input pixels from one pixel to the next; it is a power of two
  /// apart from strides that are not, and below one only if a network enlarges its input.
  case finite(step: Double, before: Double, after: Double)
  /// The whole image: attention, global pooling, norms over space.
  case unbounded

  /// The field of the graph's input: the pixel itself.
  public static let input = ReceptiveField.finite(step: 1, before: 0, after: 0)

  /// The field after a window of `kernel` taps.
  func windowed(kernel: Int, stride: Int, padding: Int, dilation: Int) -> ReceptiveField {
    guard case .finite(let step, let before, let after) = self else { return .unbounded }
    let reach = Double((kernel - 1) * dilation - padding)
    return .finite(
      step: step * Double(stride), before: before + Double(padding) * step,
      after: max(0, after + reach * step - Double(stride - 1) * step))
  }

  /// The field after each pixel was spread over `factor` pixels (nearest, transposed convolution
  /// with kernel = stride).
  func enlarged(by factor: Int) -> ReceptiveField {
    guard case .finite(let step, let before, let after) = self else { return .unbounded }
    let finer = step / Double(factor)
    return .finite(step: finer, before: before + step - finer, after: after + step - finer)
  }

  /// The union of the fields of values of the same size.
  static func union(_ fields: [ReceptiveField]) -> ReceptiveField {
    var (step, before, after) = (0.0, 0.0, 0.0)
    for field in fields {
      guard case .finite(let s, let b, let a) = field else { return .unbounded }
      // a finer and a coarser value of one size cannot be told apart by step: take the finer
      step = step == 0 ? s : min(step, s)
      before = max(before, b)
      after = max(after, a)
    }
    return .finite(step: step, before: before, after: after)
  }
}
