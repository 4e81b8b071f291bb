extension SafeTensors {
  /// The values of a floating tensor in single precision.
  ///
  /// - Parameter name: A tensor of F32, F16 or BF16, which are exact, or of F64, which is rounded.
  /// - Throws: `SafeTensorsError` if there is no such tensor, it holds integers, or a double is
  ///   beyond the range of a single.
  public func floats(_ name: String) throws -> [Float] {
    try withBytes(name) { entry, bytes in
      switch entry.type {
      case .F32: return decode(bytes, as: UInt32.self) { Float(bitPattern: $0) }
      case .F16: return decode(bytes, as: UInt16.self) { Float(Float16(bitPattern: $0)) }
      case .BF16: return decode(bytes, as: UInt16.self, Self.bfloat)
      case .F64:
        return try decode(bytes, as: UInt64.self) {
          let double = Double(bitPattern: $0)
          let float = Float(double)
          guard float.isInfinite == double.isInfinite else {
            throw fault(entry, "the value \(double) is beyond the range of single precision")
          }
          return float
        }
      default: throw fault(entry, "holds \(entry.type.rawValue), expected F32, F16, BF16 or F64")
      }
    }
  }

  /// The values of a floating tensor in double precision, all exact.
  ///
  /// - Parameter name: A tensor of F64, F32, F16 or BF16.
  /// - Throws: `SafeTensorsError` if there is no such tensor or it holds integers.
  public func doubles(_ name: String) throws -> [Double] {
    try withBytes(name) { entry, bytes in
      switch entry.type {
      case .F64: return decode(bytes, as: UInt64.self) { Double(bitPattern: $0) }
      case .F32: return decode(bytes, as: UInt32.self) { Double(Float(bitPattern: $0)) }
      case .F16: return decode(bytes, as: UInt16.self) { Double(Float16(bitPattern: $0)) }
      case .BF16: return decode(bytes, as: UInt16.self) { Double(Self.bfloat($0)) }
      default: throw fault(entry, "holds \(entry.type.rawValue), expected F64, F32, F16 or BF16")
      }
    }
  }

  /// The values of an integer or truth tensor.
  ///
  /// - Parameter name: A tensor of any integer type or BOOL (0 and 1).
  /// - Throws: `SafeTensorsError` if there is no such tensor, it holds floating values, or a value
  ///   is beyond 32 bits.
  public func integers(_ name: String) throws -> [Int32] {
    try withBytes(name) { entry, bytes in
      switch entry.type {
      case .I32: return decode(bytes, as: Int32.self) { $0 }
      case .I64: return try narrowed(bytes, entry, as: Int64.self)
      case .U64: return try narrowed(bytes, entry, as: UInt64.self)
      case .U32: return try narrowed(bytes, entry, as: UInt32.self)
      case .I16: return decode(bytes, as: Int16.self) { Int32($0) }
      case .U16: return decode(bytes, as: UInt16.self) { Int32($0) }
      case .I8: return decode(bytes, as: Int8.self) { Int32($0) }
      case .U8: return decode(bytes, as: UInt8.self) { Int32($0) }
      case .BOOL:
        return try decode(bytes, as: UInt8.self) {
          guard $0 <= 1 else { throw fault(entry, "the byte \($0) is neither false nor true") }
          return Int32($0)
        }
      case .F64, .F32, .F16, .BF16, .F8_E4M3, .F8_E5M2:
        throw fault(entry, "holds \(entry.type.rawValue), expected integers")
      }
    }
  }

  private static func bfloat(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  private func narrowed<Stored: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ entry: Entry, as type: Stored.Type
  ) throws -> [Int32] {
    try decode(bytes, as: type) {
      guard let value = Int32(exactly: $0) else {
        throw fault(entry, "the value \($0) does not fit 32 bits")
      }
      return value
    }
  }

  private func decode<Stored: FixedWidthInteger, Value>(
    _ bytes: UnsafeRawBufferPointer, as type: Stored.Type, _ convert: (Stored) throws -> Value
  ) rethrows -> [Value] {
    let width = MemoryLayout<Stored>.size
    let count = bytes.count / width
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      let stored = bytes.loadUnaligned(fromByteOffset: index * width, as: Stored.self)
      values.append(try convert(Stored(littleEndian: stored)))
    }
    return values
  }

  private func fault(_ entry: Entry, _ problem: String) -> SafeTensorsError {
    SafeTensorsError(source: source, tensor: entry.name, problem: problem)
  }
}
