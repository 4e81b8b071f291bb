import CKernels

/// The type of a tensor's elements.
///
/// Everything runs in either; double serves gradient checks.
public enum ElementType: Sendable {
  /// 32-bit floating point.
  case float32
  /// 64-bit floating point.
  case float64

  /// Bytes of an element.
  public var size: Int { self == .float32 ? 4 : 8 }

  /// The same type for a kernel call.
  public var kernelType: rs_type { self == .float32 ? RS_FLOAT32 : RS_FLOAT64 }
}
