/// Sizes as they are typed: `1G`, `800M`, `1.5G`, or bytes alone.
enum ByteSize {
  /// What such a size looks like, as it follows "takes".
  static let description = "a size such as 800M or 2G"

  private static let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30]

  /// The bytes of a size; nil if it is none, or not positive.
  static func bytes(_ text: String) -> Int? {
    let unit = text.last.flatMap { units[Character($0.uppercased())] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard digits.allSatisfy({ $0 == "." || ("0"..."9").contains($0) }),
      let number = Double(digits), unit != nil || !digits.contains(".")
    else { return nil }
    let bytes = number * (unit ?? 1)
    return bytes >= 1 && bytes < 0x1p60 ? Int(bytes) : nil
  }
}
