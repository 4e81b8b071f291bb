import CKernels

/// The vector instructions of the single-precision kernels.
///
/// The best that the processor has is used unless another is chosen; results of different sets differ
/// by rounding, those of one set on different machines do not.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the platform has.
  case portable
  /// Vectors of 8, x86-64.
  case avx2
  /// Vectors of 16, x86-64.
  case avx512

  /// The one in use.
  public static var current: InstructionSet { InstructionSet(rs_isa_current()) }

  /// The best that the processor has.
  public static var best: InstructionSet { InstructionSet(rs_isa_best()) }

  /// Uses it from now on; call it before any executor is made.
  ///
  /// - Returns: False if the processor lacks it; then nothing changes.
  public func use() -> Bool {
    guard kernelValue.rawValue <= rs_isa_best().rawValue else { return false }
    rs_isa_use(kernelValue)
    return true
  }

  private init(_ value: rs_isa) {
    switch value {
    case RS_ISA_AVX512: self = .avx512
    case RS_ISA_AVX2: self = .avx2
    default: self = .portable
    }
  }

  private var kernelValue: rs_isa {
    switch self {
    case .portable: RS_ISA_PORTABLE
    case .avx2: RS_ISA_AVX2
    case .avx512: RS_ISA_AVX512
    }
  }
}
