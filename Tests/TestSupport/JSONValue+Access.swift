import Engine

/// Short ways into a document; a value that is absent or of another kind is nil, so that a test
/// writes `try #require(row["loss"]?.double)` and a default is `row["q"]?.double ?? 5`.
extension JSONValue {
  /// The value at a key of an object; nil if it has no such key or is no object.
  public subscript(key: String) -> JSONValue? {
    members.first { $0.0 == key }?.1
  }

  /// The item of an array; nil if it is out of range or this is no array.
  public subscript(index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }

  /// The keys and values of an object in order; empty for anything else.
  public var members: [(String, JSONValue)] {
    guard case .object(let members) = self else { return [] }
    return members
  }

  /// The keys of an object in order; empty for anything else.
  public var keys: [String] { members.map(\.0) }

  /// Whether this is `null`.
  public var isNull: Bool { self == .null }

  /// The truth value.
  public var bool: Bool? {
    guard case .flag(let flag) = self else { return nil }
    return flag
  }

  /// The number.
  public var double: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// The number if it is whole.
  public var int: Int? { double.flatMap { Int(exactly: $0) } }

  /// The text.
  public var string: String? {
    guard case .text(let text) = self else { return nil }
    return text
  }

  /// The items of an array.
  public var array: [JSONValue]? {
    guard case .list(let items) = self else { return nil }
    return items
  }

  /// The items of an array of numbers; nil if one of them is something else.
  public var doubles: [Double]? { all(\.double) }

  /// The items of an array of whole numbers; nil if one of them is something else.
  public var ints: [Int]? { all(\.int) }

  /// The items of an array of texts; nil if one of them is something else.
  public var strings: [String]? { all(\.string) }

  /// The items of an array of numbers and `null` (nil); nil if one of them is something else.
  public var optionalDoubles: [Double?]? {
    all { item -> Double?? in item.isNull ? .some(nil) : item.double.map { .some($0) } }
  }

  /// The items of an array, each by the same accessor; nil if it fails for one of them.
  public func all<Item>(_ accessor: (JSONValue) -> Item?) -> [Item]? {
    guard let array else { return nil }
    let items = array.compactMap(accessor)
    return items.count == array.count ? items : nil
  }
}
