import YAML

extension Settings {
  /// Decodes a mapping against the declarations of its keys.
  ///
  /// Keys that are left out get their defaults, in nested groups and components too; a key without
  /// default stays absent, a group included. Stops at the first mistake in the order of the file;
  /// missing keys come last.
  ///
  /// - Parameters:
  ///   - node: The mapping; nil or an empty value is a mapping without keys.
  ///   - settings: The keys that are allowed.
  ///   - context: The file, folders, components and stages that the text may refer to.
  ///   - owner: What messages say that the keys belong to, such as `stage 'train'`.
  /// - Throws: `ConfigurationError`.
  public init(
    decoding node: YAMLNode?, as settings: [Setting], in context: DecodingContext,
    owner: String? = nil
  ) throws {
    let decoder = SettingDecoder(context: context)
    let entries: [YAMLNode.Entry]
    switch node?.content {
    case .mapping(let written): entries = written
    case .scalar where node?.isNull == true: entries = []
    case nil: entries = []
    case .scalar, .sequence:
      throw decoder.error(
        "expected keys with values, found \(node.map(decoder.found) ?? "nothing")", at: node)
    }
    self = try decoder.settings(entries, as: settings, at: node, owner: owner)
  }
}
