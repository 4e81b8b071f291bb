/// A colour of a palette.
public struct Colour: Equatable, Sendable, Hashable {
  /// The share of red, 0 to 255.
  public var red: UInt8
  /// The share of green, 0 to 255.
  public var green: UInt8
  /// The share of blue, 0 to 255.
  public var blue: UInt8
  /// The opacity, 0 to 255.
  public var alpha: UInt8

  /// Makes a colour, opaque unless said otherwise.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  /// Reads `#rrggbb` or `#rrggbbaa`, with or without `#`; nil if it is anything else.
  public init?(hex: String) {
    let digits = hex.hasPrefix("#") ? hex.dropFirst() : hex[...]
    guard digits.count == 6 || digits.count == 8, digits.allSatisfy(\.isHexDigit),
      let value = UInt32(digits, radix: 16)
    else { return nil }
    let rgba = digits.count == 6 ? value << 8 | 255 : value
    self.init(
      red: UInt8(rgba >> 24), green: UInt8(rgba >> 16 & 255), blue: UInt8(rgba >> 8 & 255),
      alpha: UInt8(rgba & 255))
  }

  /// `#rrggbb`, without the opacity.
  public var hex: String {
    "#"
      + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

/// The colour of one value of a palette.
public struct ColourEntry: Equatable, Sendable {
  /// The pixel value.
  public var value: Int
  /// Its colour.
  public var colour: Colour

  /// Makes an entry.
  public init(value: Int, colour: Colour) {
    self.value = value
    self.colour = colour
  }
}
