/// Builds a tree from the events of a text and keeps to the limits.
struct Composer {
  private let reader: EventReader
  private var anchors: [String: Anchored] = [:]
  private var nodeCount = 0

  /// What an anchor names: nil while its node is being read.
  private typealias Anchored = Subtree?

  /// A node with its size, so that an alias costs what it stands for.
  private struct Subtree {
    let node: YAMLNode
    let count: Int
    let height: Int
  }

  init(_ bytes: [UInt8]) {
    reader = EventReader(bytes)
  }

  /// Reads the one document of the text.
  mutating func document() throws -> YAMLNode {
    var root: YAMLNode?
    while true {
      let event = try reader.next()
      switch event.kind {
      case .streamEnd:
        guard let root else {
          throw YAMLError("there is nothing here but space and comments", at: event.mark)
        }
        return root
      case .documentStart:
        guard root == nil else {
          throw YAMLError("a second document starts here; a file holds one", at: event.mark)
        }
        root = try subtree(reader.next(), depth: 1).node
      default: break
      }
    }
  }

  private mutating func subtree(_ event: Event, depth: Int) throws -> Subtree {
    if case .alias(let name) = event.kind { return try alias(name, event.mark, depth: depth) }
    if let tag = event.tag {
      let shown = tag.hasPrefix(coreTagPrefix) ? "!!" + tag.dropFirst(coreTagPrefix.count) : tag
      throw YAMLError("the tag '\(shown)' is not supported; remove it", at: event.mark)
    }
    if let anchor = event.anchor {
      guard anchors[anchor] == nil else {
        throw YAMLError("the anchor '&\(anchor)' appears twice", at: event.mark)
      }
      anchors[anchor] = .some(nil)
    }
    try count(1, event.mark)
    let result: Subtree
    switch event.kind {
    case .sequenceStart: result = try sequence(event.mark, depth: depth)
    case .mappingStart: result = try mapping(event.mark, depth: depth)
    case .scalar(let text, let isPlain):
      guard !text.utf8.contains(0) else {
        throw YAMLError("text cannot hold the character \\0", at: event.mark)
      }
      let node = YAMLNode(.scalar(text, isPlain: isPlain), mark: event.mark)
      result = Subtree(node: node, count: 1, height: 0)
    default: preconditionFailure("libyaml gave \(event.kind) where a node starts")
    }
    if let anchor = event.anchor { anchors[anchor] = .some(result) }
    return result
  }

  private mutating func sequence(_ mark: YAMLMark, depth: Int) throws -> Subtree {
    try check(depth: depth, mark)
    var items: [YAMLNode] = []
    var (count, height) = (1, 0)
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind { break }
      let item = try subtree(event, depth: depth + 1)
      items.append(item.node)
      count += item.count
      height = max(height, item.height)
    }
    return Subtree(
      node: YAMLNode(.sequence(items), mark: mark), count: count, height: height + 1)
  }

  private mutating func mapping(_ mark: YAMLMark, depth: Int) throws -> Subtree {
    try check(depth: depth, mark)
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    var (count, height) = (1, 0)
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind { break }
      let key = try key(event)
      if let line = lines.updateValue(event.mark.line, forKey: key) {
        throw YAMLError("the key '\(key)' is already at line \(line)", at: event.mark)
      }
      try self.count(1, event.mark)
      let value = try subtree(reader.next(), depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, keyMark: event.mark, value: value.node))
      count += 1 + value.count
      height = max(height, value.height)
    }
    return Subtree(
      node: YAMLNode(.mapping(entries), mark: mark), count: count, height: height + 1)
  }

  private func key(_ event: Event) throws -> String {
    switch event.kind {
    case .scalar("<<", isPlain: true):
      throw YAMLError("merge keys ('<<') are not supported; repeat the keys", at: event.mark)
    case .scalar("", _): throw YAMLError("this key is empty", at: event.mark)
    case .scalar(let key, _) where event.tag == nil && event.anchor == nil: return key
    case .sequenceStart: throw YAMLError("a key is a word, not a list", at: event.mark)
    case .mappingStart: throw YAMLError("a key is a word, not a mapping", at: event.mark)
    default: throw YAMLError("a key is a word without alias, anchor or tag", at: event.mark)
    }
  }

  private mutating func alias(_ name: String, _ mark: YAMLMark, depth: Int) throws -> Subtree {
    guard let anchored = anchors[name] else {
      throw YAMLError("the alias '*\(name)' has no anchor '&\(name)' above it", at: mark)
    }
    guard let subtree = anchored else {
      throw YAMLError("the alias '*\(name)' refers to what contains it", at: mark)
    }
    try count(subtree.count, mark)
    if subtree.height > 0 { try check(depth: depth + subtree.height - 1, mark) }
    return subtree
  }

  private mutating func count(_ added: Int, _ mark: YAMLMark) throws {
    nodeCount += added
    guard nodeCount <= YAMLNode.largestCount else {
      throw YAMLError("more than \(YAMLNode.largestCount) keys and values", at: mark)
    }
  }

  private func check(depth: Int, _ mark: YAMLMark) throws {
    guard depth <= YAMLNode.greatestDepth else {
      throw YAMLError(
        "lists and mappings are nested more than \(YAMLNode.greatestDepth) deep", at: mark)
    }
  }
}

private let coreTagPrefix = "tag:yaml.org,2002:"
