/// A factor and an addend that replace those of the file.
public struct BandScale: Equatable, Sendable {
  /// The factor; nil takes the file's.
  public var scale: Double?
  /// What is added after scaling; nil takes the file's.
  public var offset: Double?

  /// Takes both from the file.
  public static let ofFile = BandScale()
  /// Leaves the stored samples as they are.
  public static let none = BandScale(scale: 1, offset: 0)

  /// Makes an override.
  public init(scale: Double? = nil, offset: Double? = nil) {
    self.scale = scale
    self.offset = offset
  }

  /// Applies the factor and the addend in place to rows of samples; NaN stays NaN.
  func apply(
    to samples: UnsafeMutablePointer<Float>, width: Int, height: Int, stride: Int, of band: BandInfo
  ) {
    let factor = scale ?? band.scale
    let addend = offset ?? band.offset
    guard factor != 1 || addend != 0 else { return }
    for row in 0..<height {
      let line = samples + row * stride
      for column in 0..<width { line[column] = Float(Double(line[column]) * factor + addend) }
    }
  }
}
