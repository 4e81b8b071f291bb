extension SettingKind: CustomStringConvertible {
  /// What is allowed, as it follows "takes": `a whole number from 1 to 10000`.
  public var description: String {
    switch self {
    case .integer(let range): "a whole number" + Self.text(of: range)
    case .number(let range): "a number" + Self.text(of: range)
    case .flag: "true or false"
    case .text: "text"
    case .choice(let words): "one of: \(words.joined(separator: ", "))"
    case .list(let kind, let count): "a list of \(Self.text(ofCount: count)), each \(kind)"
    case .path: "the path of a file"
    case .reference(let artifact): "the name of an earlier stage that gives '\(artifact)'"
    case .component(let family): "\(Self.article(family)) \(family)"
    case .group: "a mapping of settings"
    case .shorthand(let key, let settings):
      "\(settings.first { $0.key == key }?.kind.description ?? key), or a mapping of settings"
    }
  }

  private static func text(of range: ClosedRange<Int>) -> String {
    let (low, high) = (range.lowerBound, range.upperBound)
    return switch (low == .min, high == .max) {
    case (true, true): ""
    case (true, false): " of at most \(high)"
    case (false, true): " of at least \(low)"
    case (false, false): low == high ? " equal to \(low)" : " from \(low) to \(high)"
    }
  }

  private static func text(of range: ClosedRange<Double>) -> String {
    let (low, high) = (range.lowerBound, range.upperBound)
    // Declarations write "more than 0" as the smallest number above it.
    let isPositive = low > 0 && low <= .leastNormalMagnitude
    let isBelow = high < .greatestFiniteMagnitude
    if isPositive { return isBelow ? " above 0, at most \(text(high))" : " above 0" }
    return switch (low > -.greatestFiniteMagnitude, isBelow) {
    case (false, false): ""
    case (false, true): " of at most \(text(high))"
    case (true, false): " of at least \(text(low))"
    case (true, true):
      low == high ? " equal to \(text(low))" : " from \(text(low)) to \(text(high))"
    }
  }

  private static func text(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static func text(ofCount range: ClosedRange<Int>) -> String {
    let (low, high) = (range.lowerBound, range.upperBound)
    if low == high { return items(low) }
    if high == .max { return low == 0 ? "items" : "at least \(items(low))" }
    return low == 0 ? "at most \(items(high))" : "\(low) to \(items(high))"
  }

  static func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

  static func article(_ noun: String) -> String {
    noun.first.map("aeiou".contains) == true ? "an" : "a"
  }
}
