extension YAMLNode {
  /// Sets one value as `--set KEY=VALUE` says.
  ///
  /// - Parameter assignment: `KEY=VALUE`; the key is a path as for `setting(_:to:)`, the value YAML
  ///   text. No value at all is an empty value.
  /// - Returns: The tree with the value in it; its nodes have the origin `--set KEY=VALUE`.
  /// - Throws: `YAMLError` with that origin.
  public func applying(_ assignment: String) throws -> YAMLNode {
    let origin = "--set \(assignment.split(whereSeparator: \.isNewline).joined(separator: " "))"
    guard let equals = assignment.firstIndex(of: "=") else {
      throw YAMLError("expected KEY=VALUE", at: nil, origin: origin)
    }
    let text = String(assignment[assignment.index(after: equals)...])
    let value: YAMLNode
    do {
      value =
        text.allSatisfy(\.isWhitespace)
        ? YAMLNode(.scalar("", isPlain: true), mark: YAMLMark(line: 1, column: 1))
        : try YAMLNode.parse(text: text)
    } catch let error as YAMLError {
      throw YAMLError("the value is no YAML: \(error.message)", at: nil, origin: origin)
    }
    return try setting(String(assignment[..<equals]), to: value.from(origin))
  }

  /// Sets the value at a dotted path such as `stages.train.epochs`.
  ///
  /// A step into a mapping is a key; a last key that does not exist is added. A step into a
  /// sequence is a number counted from 0, the `name` of an item, or the only key of an item, as
  /// in `[{align: {…}}, {train: {…}}]`: the path then goes on in the value of that key.
  ///
  /// - Parameters:
  ///   - path: The steps, separated by dots.
  ///   - node: The new value.
  /// - Returns: The tree with the value replaced or added.
  /// - Throws: `YAMLError` with the origin of `node` for a step that leads nowhere.
  public func setting(_ path: String, to node: YAMLNode) throws -> YAMLNode {
    let steps = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !steps.contains("") else {
      let message =
        path.isEmpty ? "expected a key before '='" : "the key '\(path)' has an empty part"
      throw YAMLError(message, at: nil, origin: node.origin)
    }
    return try PathSetter(steps: steps, value: node).applied(to: self, from: 0)
  }
}

/// A value on its way down a path.
private struct PathSetter {
  let steps: [String]
  let value: YAMLNode

  /// The node with the value set, where `index` is the number of steps already taken.
  func applied(to node: YAMLNode, from index: Int) throws -> YAMLNode {
    guard index < steps.count else { return value }
    switch node.content {
    case .mapping(let entries): return try stepped(into: entries, of: node, index)
    case .sequence(let items): return try stepped(into: items, of: node, index)
    case .scalar(let text, _):
      // A key with nothing after it is a mapping that nobody has filled in yet.
      if node.isNull { return try stepped(into: [YAMLNode.Entry](), of: node, index) }
      throw failure("\(place(index)) is '\(text)', so it has no '\(steps[index])'")
    }
  }

  private func stepped(
    into entries: [YAMLNode.Entry], of node: YAMLNode, _ index: Int
  ) throws -> YAMLNode {
    var entries = entries
    let key = steps[index]
    if let position = entries.firstIndex(where: { $0.key == key }) {
      entries[position] = try applied(to: entries[position], index)
    } else if index == steps.count - 1 {
      entries.append(YAMLNode.Entry(key: key, keyMark: node.mark, value: value))
    } else {
      throw missing(index, among: entries.map(\.key))
    }
    return YAMLNode(.mapping(entries), mark: node.mark, origin: node.origin)
  }

  private func stepped(
    into items: [YAMLNode], of node: YAMLNode, _ index: Int
  ) throws -> YAMLNode {
    var items = items
    let position = try self.position(index, in: items)
    let item = items[position]
    if Int(steps[index]) == nil, item["name"]?.text != steps[index] {
      items[position] = try descended(item, index)
    } else {
      items[position] = try applied(to: item, from: index + 1)
    }
    return YAMLNode(.sequence(items), mark: node.mark, origin: node.origin)
  }

  /// The item `{key: …}`, or the bare word `key`, with the path followed in the value of its key.
  private func descended(_ item: YAMLNode, _ index: Int) throws -> YAMLNode {
    let entry =
      item.entries?.first
      ?? YAMLNode.Entry(
        key: steps[index], keyMark: item.mark,
        value: YAMLNode(.scalar("", isPlain: true), mark: item.mark))
    return YAMLNode(
      .mapping([try applied(to: entry, index)]), mark: item.mark, origin: item.origin)
  }

  private func applied(to entry: YAMLNode.Entry, _ index: Int) throws -> YAMLNode.Entry {
    YAMLNode.Entry(
      key: entry.key, keyMark: entry.keyMark, value: try applied(to: entry.value, from: index + 1))
  }

  private func position(_ index: Int, in items: [YAMLNode]) throws -> Int {
    let step = steps[index]
    if let number = Int(step) {
      guard items.indices.contains(number) else {
        let range = items.isEmpty ? "no items" : "items 0 to \(items.count - 1)"
        throw failure("\(place(index)) has \(range), so there is no \(step)")
      }
      return number
    }
    // A name is given to tell items of the same key apart, so it wins over the key.
    for namesOfItem in [names(given:), names(ofKey:)] {
      let found = items.indices.filter { namesOfItem(items[$0]).contains(step) }
      if found.count > 1 {
        let numbers = found.map(String.init).joined(separator: ", ")
        throw failure("\(place(index)) has several '\(step)'; use a number instead: \(numbers)")
      }
      if let position = found.first { return position }
    }
    throw missing(index, among: items.flatMap { names(given: $0) + names(ofKey: $0) })
  }

  private func names(given item: YAMLNode) -> [String] {
    [item["name"]?.text, onlyEntry(item)?.value["name"]?.text].compactMap(\.self)
  }

  private func names(ofKey item: YAMLNode) -> [String] {
    [onlyEntry(item)?.key, item.isNull ? nil : item.text].compactMap(\.self)
  }

  private func onlyEntry(_ item: YAMLNode) -> YAMLNode.Entry? {
    item.entries?.count == 1 ? item.entries?.first : nil
  }

  private func place(_ index: Int) -> String {
    index == 0 ? "the file" : "'\(steps[..<index].joined(separator: "."))'"
  }

  private func missing(_ index: Int, among names: [String]) -> YAMLError {
    let hint = nearestName(to: steps[index], among: names).map { " Did you mean '\($0)'?" } ?? ""
    let known = names.isEmpty ? "It is empty." : "It has: \(names.joined(separator: ", "))"
    return failure("\(place(index)) has no '\(steps[index])'.\(hint) \(known)")
  }

  private func failure(_ message: String) -> YAMLError {
    YAMLError(message, at: nil, origin: value.origin)
  }
}
