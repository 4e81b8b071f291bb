import YAML

extension SettingDecoder {
  /// Decodes a value.
  ///
  /// - Parameters:
  ///   - node: The value.
  ///   - kind: What is allowed.
  ///   - label: What messages call it: `'epochs'`, `item 2 of 'bands'`.
  func value(_ node: YAMLNode, as kind: SettingKind, label: String) throws -> SettingValue {
    switch kind {
    case .integer(let range): .integer(try integer(node, range, kind, label))
    case .number(let range): .number(try number(node, range, kind, label))
    case .flag: .flag(try flag(node, kind, label))
    case .text: .text(try text(node, kind, label))
    case .choice(let words): .text(try choice(node, words, kind, label))
    case .list(let item, let count): .list(try list(node, item, count, kind, label))
    case .path: .text(try path(node, kind, label))
    case .reference(let artifact): .text(try reference(node, artifact, kind, label))
    case .component(let family): try component(node, family, kind, label)
    case .group(let settings): .group(try group(node, settings, kind, label))
    case .shorthand(let key, let settings):
      .group(try shorthand(node, key, settings, kind, label))
    }
  }

  private func integer(
    _ node: YAMLNode, _ range: ClosedRange<Int>, _ kind: SettingKind, _ label: String
  ) throws -> Int {
    let text = try plainText(node, kind, label) { ScalarSyntax.integer($0) != nil }
    guard let integer = ScalarSyntax.integer(text) else {
      let spelling = ScalarSyntax.integerSpelling(text)
      throw mismatch(label, kind, node, hint: spelling.map { "; write \($0)" } ?? "")
    }
    guard range.contains(integer) else { throw mismatch(label, kind, node) }
    return integer
  }

  private func number(
    _ node: YAMLNode, _ range: ClosedRange<Double>, _ kind: SettingKind, _ label: String
  ) throws -> Double {
    let text = try plainText(node, kind, label) { ScalarSyntax.number($0) != nil }
    guard let number = ScalarSyntax.number(text) else {
      let plain = text.filter { $0 != "_" }
      let isGrouped = plain != text && ScalarSyntax.number(plain) != nil
      throw mismatch(label, kind, node, hint: isGrouped ? "; write \(plain)" : "")
    }
    guard range.contains(number) else { throw mismatch(label, kind, node) }
    return number
  }

  private func flag(_ node: YAMLNode, _ kind: SettingKind, _ label: String) throws -> Bool {
    let text = try plainText(node, kind, label) { ScalarSyntax.flag($0) != nil }
    guard let flag = ScalarSyntax.flag(text) else {
      let spelling = ScalarSyntax.flagSpelling(text)
      throw mismatch(label, kind, node, hint: spelling.map { "; write \($0)" } ?? "")
    }
    return flag
  }

  private func choice(
    _ node: YAMLNode, _ words: [String], _ kind: SettingKind, _ label: String
  ) throws -> String {
    let word = try text(node, kind, label)
    guard words.contains(word) else {
      let near = nearest(word, in: words)
      throw mismatch(label, kind, node, hint: near.map { ". Did you mean '\($0)'?" } ?? "")
    }
    return word
  }

  private func list(
    _ node: YAMLNode, _ item: SettingKind, _ count: ClosedRange<Int>, _ kind: SettingKind,
    _ label: String
  ) throws -> [SettingValue] {
    guard let nodes = node.items ?? loneItem(node, item) else {
      throw mismatch(label, kind, node)
    }
    guard count.contains(nodes.count) else {
      throw error("\(label) takes \(kind), found \(SettingKind.items(nodes.count))", at: node)
    }
    return try nodes.enumerated().map { index, node in
      let itemLabel =
        nodes.count == 1 && node.items == nil ? label : "item \(index + 1) of \(label)"
      return try value(node, as: item, label: itemLabel)
    }
  }

  /// The items of a list written as its one item, as in `bands: B4`; nil if it cannot be one.
  private func loneItem(_ node: YAMLNode, _ item: SettingKind) -> [YAMLNode]? {
    switch (node.content, item) {
    case (_, .list): nil
    case (.scalar, _): node.isNull ? nil : [node]
    case (.mapping, .component), (.mapping, .group): [node]
    default: nil
    }
  }

  private func path(_ node: YAMLNode, _ kind: SettingKind, _ label: String) throws -> String {
    let written = try text(node, kind, label)
    guard !written.isEmpty else { throw mismatch(label, kind, node) }
    if written.contains("://") {
      throw mismatch(label, kind, node, hint: "; for a file on a server write /vsicurl/ before it")
    }
    let directory = node.origin == nil ? context.baseDirectory : context.currentDirectory
    let file = FilePath(written, in: directory)
    if let fault = file.fault {
      var missing = error("\(label) names '\(file.text)': \(fault.lowercased())", at: node)
      missing.isMissingFile = true
      throw missing
    }
    return file.text
  }

  private func reference(
    _ node: YAMLNode, _ artifact: String, _ kind: SettingKind, _ label: String
  ) throws -> String {
    let name = try text(node, kind, label)
    if context.artifacts[name] == artifact { return name }
    let suitable = context.artifacts.filter { $0.value == artifact }.keys.sorted()
    let known =
      suitable.isEmpty ? "There is none" : "There are: \(suitable.joined(separator: ", "))"
    if let other = context.artifacts[name] {
      throw error("\(label) takes \(kind), but '\(name)' gives '\(other)'. \(known)", at: node)
    }
    throw mismatch(label, kind, node, hint: ".\(suggestion(for: name, in: suitable)) \(known)")
  }

  private func group(
    _ node: YAMLNode, _ settings: [Setting], _ kind: SettingKind, _ label: String
  ) throws -> Settings {
    guard node.isNull || node.entries != nil else { throw mismatch(label, kind, node) }
    return try self.settings(node.entries ?? [], as: settings, at: node, owner: label)
  }

  private func shorthand(
    _ node: YAMLNode, _ key: String, _ settings: [Setting], _ kind: SettingKind, _ label: String
  ) throws -> Settings {
    guard node.entries == nil, !node.isNull else {
      return try group(node, settings, kind, label)
    }
    guard let main = settings.first(where: { $0.key == key }) else {
      preconditionFailure("the shorthand's key '\(key)' is not declared")
    }
    let others = settings.filter { $0.key != key }
    var values = try self.settings([], as: others, at: node, owner: label).values
    values[key] = try value(node, as: main.kind, label: label)
    return Settings(values: values, nodes: [key: node], file: context.file)
  }

  /// The text of any scalar but an empty one.
  func text(_ node: YAMLNode, _ kind: SettingKind, _ label: String) throws -> String {
    guard let text = node.text, !node.isNull else {
      let isWord = node.text.map { $0.lowercased() == "null" } ?? false
      throw mismatch(label, kind, node, hint: isWord ? "; quote 'null' if it is text" : "")
    }
    return text
  }

  /// The text of a scalar without quotes, which may mean more than text.
  ///
  /// - Parameter isMeant: Whether the text would do without quotes.
  private func plainText(
    _ node: YAMLNode, _ kind: SettingKind, _ label: String, isMeant: (String) -> Bool
  ) throws -> String {
    guard case .scalar(let text, let isPlain) = node.content, !node.isNull else {
      throw mismatch(label, kind, node)
    }
    guard isPlain else {
      let hint = isMeant(text) ? "; remove the quotes" : ""
      throw error("\(label) takes \(kind), found the text '\(shortened(text))'\(hint)", at: node)
    }
    return text
  }
}
