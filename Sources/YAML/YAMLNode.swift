/// A place in a YAML text; the first character is at line 1, column 1.
public struct YAMLMark: Sendable, Hashable {
  /// The line, counted from 1.
  public let line: Int
  /// The column in characters, counted from 1.
  public let column: Int

  /// Makes a mark.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// A node of a YAML tree: a scalar, a sequence or a mapping, with the place it was written at.
///
/// Scalars stay text; what they mean is for the reader of the tree to say. Aliases are replaced by
/// the nodes they refer to, with the marks of those nodes.
public struct YAMLNode: Sendable, Equatable {
  /// What a node holds.
  public indirect enum Content: Sendable, Equatable {
    /// Text; plain means written without quotes and not as a block, so it may mean a number.
    case scalar(String, isPlain: Bool)
    /// Nodes in order.
    case sequence([YAMLNode])
    /// Keys with values, in the order of the file; keys are unique.
    case mapping([Entry])
  }

  /// A key of a mapping with its value.
  public struct Entry: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The place of the key.
    public let keyMark: YAMLMark
    /// The value.
    public let value: YAMLNode

    /// Makes an entry.
    public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
      self.key = key
      self.keyMark = keyMark
      self.value = value
    }
  }

  /// What the node holds.
  public let content: Content
  /// The place of its first character.
  public let mark: YAMLMark
  /// Where the node came from if not from the file, such as `--set train.epochs=5`; nil: the file.
  public let origin: String?

  /// Makes a node.
  ///
  /// - Parameters:
  ///   - content: What it holds.
  ///   - mark: The place of its first character.
  ///   - origin: Where it came from, or nil for the file itself.
  public init(_ content: Content, mark: YAMLMark, origin: String? = nil) {
    self.content = content
    self.mark = mark
    self.origin = origin
  }
}

extension YAMLNode {
  /// The value of a key, or nil if the node is no mapping or has no such key.
  public subscript(key: String) -> YAMLNode? {
    entries?.first { $0.key == key }?.value
  }

  /// The text of a scalar, or nil for a sequence or mapping.
  public var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// The items of a sequence, or nil for a scalar or mapping.
  public var items: [YAMLNode]? {
    guard case .sequence(let items) = content else { return nil }
    return items
  }

  /// The entries of a mapping, or nil for a scalar or sequence.
  public var entries: [Entry]? {
    guard case .mapping(let entries) = content else { return nil }
    return entries
  }

  /// Whether nothing was written: an empty plain scalar, `~` or `null`.
  public var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// The same tree with every node said to come from somewhere else than the file.
  public func from(_ origin: String) -> YAMLNode {
    let content: Content =
      switch self.content {
      case .scalar: self.content
      case .sequence(let items): .sequence(items.map { $0.from(origin) })
      case .mapping(let entries):
        .mapping(
          entries.map { Entry(key: $0.key, keyMark: $0.keyMark, value: $0.value.from(origin)) })
      }
    return YAMLNode(content, mark: mark, origin: origin)
  }
}
