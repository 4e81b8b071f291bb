import Testing

@testable import Engine

/// The tensor `x` of the given stored bytes.
private func tensor(_ type: SafeTensorType, _ bytes: [UInt8]) throws -> SafeTensors {
  let shape = bytes.count / type.byteCount
  let header =
    "{\"x\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],"
    + "\"data_offsets\":[0,\(bytes.count)]}}"
  let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
  return try SafeTensors(bytes: length + Array(header.utf8) + bytes, source: "a.safetensors")
}

private func stored<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
  values.flatMap { withUnsafeBytes(of: $0.littleEndian) { Array($0) } }
}

@Suite struct SafeTensorsValuesTests {
  @Test func singlesAreReadAsStored() throws {
    let values: [Float] = [0, -0.0, 1.5, .pi, .infinity, .leastNonzeroMagnitude]
    let tensors = try tensor(.F32, stored(values.map(\.bitPattern)))
    #expect(try tensors.floats("x").map(\.bitPattern) == values.map(\.bitPattern))
    #expect(try tensors.doubles("x") == values.map { Double($0) })
  }

  /// 0x3C01 is 1 + 2^-10, 0x0001 the least subnormal 2^-24, 0xFBFF the lowest half.
  @Test func halvesAreWidenedExactly() throws {
    let tensors = try tensor(.F16, stored([0x3C01, 0x0001, 0xFBFF, 0x7C00] as [UInt16]))
    let expected: [Double] = [1.0009765625, 5.9604644775390625e-08, -65504, .infinity]
    #expect(try tensors.doubles("x") == expected)
    #expect(try tensors.floats("x") == expected.map { Float($0) })
  }

  /// 0x3F81 is 1 + 2^-7, 0xC2F7 is -123.5.
  @Test func brainFloatsAreWidenedExactly() throws {
    let tensors = try tensor(.BF16, stored([0x3F81, 0xC2F7, 0x7F80] as [UInt16]))
    #expect(try tensors.floats("x") == [1.0078125, -123.5, .infinity])
    #expect(try tensors.doubles("x") == [1.0078125, -123.5, .infinity])
  }

  @Test func doublesAreRoundedToSingles() throws {
    let tensors = try tensor(
      .F64, stored([0.1, -1e-60, -.infinity].map { (d: Double) in d.bitPattern }))
    #expect(try tensors.doubles("x") == [0.1, -1e-60, -.infinity])
    #expect(try tensors.floats("x") == [Float(0.1), 0, -.infinity])
  }

  @Test func aDoubleBeyondSinglesIsRefused() throws {
    let tensors = try tensor(.F64, stored([1.0, 1e39].map { (d: Double) in d.bitPattern }))
    let error = #expect(throws: SafeTensorsError.self) { try tensors.floats("x") }
    #expect(
      error?.description == "a.safetensors: tensor 'x': "
        + "the value 1e+39 is beyond the range of single precision")
  }

  @Test func integersOfEveryWidthAreRead() throws {
    #expect(try tensor(.U8, [0, 255]).integers("x") == [0, 255])
    #expect(try tensor(.I8, [0, 255]).integers("x") == [0, -1])
    #expect(try tensor(.BOOL, [0, 1]).integers("x") == [0, 1])
    #expect(try tensor(.U16, stored([65535] as [UInt16])).integers("x") == [65535])
    #expect(try tensor(.I16, stored([-5] as [Int16])).integers("x") == [-5])
    #expect(try tensor(.I32, stored([.min, .max] as [Int32])).integers("x") == [.min, .max])
    #expect(try tensor(.U32, stored([7] as [UInt32])).integers("x") == [7])
    #expect(try tensor(.U64, stored([7] as [UInt64])).integers("x") == [7])
    #expect(
      try tensor(.I64, stored([-2_147_483_648, 2_147_483_647] as [Int64])).integers("x")
        == [.min, .max])
  }

  @Test func integersBeyond32BitsAreRefused() throws {
    let tensors = try tensor(.I64, stored([0, 2_147_483_648] as [Int64]))
    let error = #expect(throws: SafeTensorsError.self) { try tensors.integers("x") }
    #expect(
      error?.description
        == "a.safetensors: tensor 'x': the value 2147483648 does not fit 32 bits")
  }

  @Test func aTruthValueOfTwoIsRefused() throws {
    let tensors = try tensor(.BOOL, [1, 2])
    let error = #expect(throws: SafeTensorsError.self) { try tensors.integers("x") }
    #expect(
      error?.description
        == "a.safetensors: tensor 'x': the byte 2 is neither false nor true")
  }

  @Test func theWrongKindOfValueIsRefused() throws {
    let integers = try tensor(.I32, stored([1] as [Int32]))
    let floats = try tensor(.F32, stored([1] as [UInt32]))
    let small = try tensor(.F8_E4M3, [1])
    let messages = [
      #expect(throws: SafeTensorsError.self) { try integers.floats("x") },
      #expect(throws: SafeTensorsError.self) { try integers.doubles("x") },
      #expect(throws: SafeTensorsError.self) { try floats.integers("x") },
      #expect(throws: SafeTensorsError.self) { try small.floats("x") },
    ]
    #expect(
      messages.map(\.?.problem) == [
        "holds I32, expected F32, F16, BF16 or F64", "holds I32, expected F64, F32, F16 or BF16",
        "holds F32, expected integers", "holds F8_E4M3, expected F32, F16, BF16 or F64",
      ])
  }

  @Test func anAbsentTensorIsNamedWithThoseThatExist() throws {
    let tensors = try tensor(.U8, [1])
    let error = #expect(throws: SafeTensorsError.self) { try tensors.floats("y") }
    #expect(error?.description == "a.safetensors: no tensor 'y'. It holds: x")
  }
}
