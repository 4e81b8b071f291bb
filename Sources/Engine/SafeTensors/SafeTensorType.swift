/// The element type of a stored tensor, by the name used in safetensors headers.
public enum SafeTensorType: String, Sendable, CaseIterable {
  /// IEEE double.
  case F64
  /// IEEE single.
  case F32
  /// IEEE half.
  case F16
  /// The upper half of an IEEE single.
  case BF16
  /// An 8-bit float with 4 exponent bits; its bytes can be kept but not read as numbers.
  case F8_E4M3
  /// An 8-bit float with 5 exponent bits; its bytes can be kept but not read as numbers.
  case F8_E5M2
  /// A signed 64-bit integer.
  case I64
  /// A signed 32-bit integer.
  case I32
  /// A signed 16-bit integer.
  case I16
  /// A signed 8-bit integer.
  case I8
  /// An unsigned 64-bit integer.
  case U64
  /// An unsigned 32-bit integer.
  case U32
  /// An unsigned 16-bit integer.
  case U16
  /// An unsigned 8-bit integer.
  case U8
  /// A truth value, one byte each.
  case BOOL

  /// The bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .F64, .I64, .U64: 8
    case .F32, .I32, .U32: 4
    case .F16, .BF16, .I16, .U16: 2
    case .F8_E4M3, .F8_E5M2, .I8, .U8, .BOOL: 1
    }
  }
}
