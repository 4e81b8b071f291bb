import Glibc
import Rasters

/// A measure of how severely a pixel burned, from the normalised burn ratio before and after.
public enum SeverityMeasure: String, CaseIterable, Sendable {
  /// The difference, less its offset.
  case dnbr
  /// That relative to what could burn: over the root of |NBR before|.
  case rdnbr

  /// The measure of a pixel.
  ///
  /// - Parameters:
  ///   - dnbr: NBR before minus after.
  ///   - before: NBR before.
  ///   - offset: dNBR where nothing burned.
  func value(dnbr: Float, before: Float, offset: Float) -> Float {
    switch self {
    case .dnbr: dnbr - offset
    // at least 0.001 in the root, as the channel rdnbr has it
    case .rdnbr: (dnbr - offset) / sqrtf(max(abs(before), 0.001))
    }
  }

  /// Where low, moderate and high severity begin.
  ///
  /// dNBR: Key and Benson 2006, with moderate-low and moderate-high as one; RdNBR: Miller and
  /// Thode 2007, over 1000.
  var usualThresholds: [Double] {
    switch self {
    case .dnbr: [0.1, 0.27, 0.66]
    case .rdnbr: [0.069, 0.316, 0.641]
    }
  }
}

/// The classes of burn severity.
enum SeverityClasses {
  /// Unburned (or regrown), low, moderate, high; colours in one sequence, which print and
  /// colour-blind readers keep.
  static let all = [
    RasterClass(
      value: 0, name: "unburned", colour: Colour(red: 247, green: 247, blue: 247), code: 0),
    RasterClass(value: 1, name: "low", colour: Colour(red: 254, green: 217, blue: 118), code: 1),
    RasterClass(
      value: 2, name: "moderate", colour: Colour(red: 253, green: 141, blue: 60), code: 2),
    RasterClass(value: 3, name: "high", colour: Colour(red: 189, green: 0, blue: 38), code: 3),
  ]

  /// The class of each value: how many of the thresholds it reaches; 255 for NaN.
  static func classes(_ values: [Float], thresholds: [Float]) -> [UInt8] {
    values.map { value in
      value.isNaN ? ClassList.notObserved : UInt8(thresholds.count { value >= $0 })
    }
  }
}
