import CGDAL

/// How a band stores its samples and which value says "not observed".
///
/// The nodata value is compared in the band's own type, before any conversion: 2^63 - 1 or
/// -3.4e38 would not survive the way to `Float`.
struct SampleFormat: Equatable, Sendable {
  enum Nodata: Equatable, Sendable {
    case none
    case real(Double)
    case integer(Int64)
    case unsigned(UInt64)
  }

  let type: GDALDataType
  /// GDAL before 3.7 calls signed bytes `Byte`, with a metadata item beside.
  let isSignedByte: Bool
  let nodata: Nodata

  var bytes: Int { Int(GDALGetDataTypeSizeBytes(type)) }
  var isFloating: Bool { type == GDT_Float32 || type == GDT_Float64 }
  var isComplex: Bool { GDALDataTypeIsComplex(type) != 0 }

  /// Whether every value of the type is a `Float` exactly.
  var fitsFloat: Bool {
    [GDT_Byte, GDT_UInt16, GDT_Int16, GDT_Float32].contains(type)
  }

  /// Turns raw samples into numbers, NaN where the value says "not observed" or isn't finite.
  ///
  /// - Parameters:
  ///   - raw: `count` samples of the band's type; may be the same memory as `out` if the types
  ///     have the same size.
  ///   - out: receives `count` numbers.
  func decode<Number: BinaryFloatingPoint>(
    _ raw: UnsafeRawPointer, count: Int, into out: UnsafeMutablePointer<Number>
  ) {
    switch type {
    case GDT_Byte where isSignedByte: integers(raw, as: Int8.self, count, out)
    case GDT_Byte: integers(raw, as: UInt8.self, count, out)
    case GDT_UInt16: integers(raw, as: UInt16.self, count, out)
    case GDT_Int16: integers(raw, as: Int16.self, count, out)
    case GDT_UInt32: integers(raw, as: UInt32.self, count, out)
    case GDT_Int32: integers(raw, as: Int32.self, count, out)
    case GDT_UInt64: integers(raw, as: UInt64.self, count, out)
    case GDT_Int64: integers(raw, as: Int64.self, count, out)
    case GDT_Float32: reals(raw, as: Float.self, count, out)
    case GDT_Float64: reals(raw, as: Double.self, count, out)
    default: preconditionFailure("samples of type \(type.rawValue) cannot be decoded")
    }
  }

  @inline(__always)
  private func integers<Raw: FixedWidthInteger, Number: BinaryFloatingPoint>(
    _ raw: UnsafeRawPointer, as: Raw.Type, _ count: Int, _ out: UnsafeMutablePointer<Number>
  ) {
    let absent: Raw? =
      switch nodata {
      case .none: nil
      case .real(let value): Raw(exactly: value)
      case .integer(let value): Raw(exactly: value)
      case .unsigned(let value): Raw(exactly: value)
      }
    let samples = raw.assumingMemoryBound(to: Raw.self)
    if let absent {
      for index in 0..<count {
        let sample = samples[index]
        out[index] = sample == absent ? .nan : Number(sample)
      }
    } else {
      for index in 0..<count { out[index] = Number(samples[index]) }
    }
  }

  @inline(__always)
  private func reals<Raw: BinaryFloatingPoint, Number: BinaryFloatingPoint>(
    _ raw: UnsafeRawPointer, as: Raw.Type, _ count: Int, _ out: UnsafeMutablePointer<Number>
  ) {
    var absent = Raw.nan
    if case .real(let value) = nodata { absent = Raw(value) }
    // Files hold nodata as decimal text, so the last digits may differ from the samples.
    let tolerance = absent.isFinite ? 2 * absent.ulp : 0
    let samples = raw.assumingMemoryBound(to: Raw.self)
    for index in 0..<count {
      let sample = samples[index]
      let number = Number(sample)
      // A finite `Double` may be too large for a `Float`.
      let isAbsent = !number.isFinite || abs(sample - absent) <= tolerance
      out[index] = isAbsent ? .nan : number
    }
  }
}
