/// A pattern of parameter names: `*` stands for any letters, dots included, `?` for one.
public struct NamePattern: Sendable, Equatable, CustomStringConvertible {
  /// The pattern as written.
  public let description: String

  /// Makes a pattern, such as `enc.*`.
  public init(_ text: String) { description = text }

  /// Whether a name is as the pattern says, from its first letter to its last.
  public func matches(_ name: String) -> Bool {
    let pattern = Array(description.utf8)
    let name = Array(name.utf8)
    var (p, n) = (0, 0)
    // where to go on when letters after the last star do not fit: one letter further under the star
    var retry: (pattern: Int, name: Int)?
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        retry = (p, n)
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] || pattern[p] == UInt8(ascii: "?") {
        p += 1
        n += 1
      } else if let (star, under) = retry {
        retry = (star, under + 1)
        (p, n) = (star + 1, under + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
