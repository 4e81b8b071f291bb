/// The description of something that a pipeline file can name: a stage, model, loss, optimiser,
/// schedule or metric.
public struct Component: Sendable, Equatable {
  /// The family: `stage`, `model`, `loss`, `optimiser`, `schedule`, `metric`, `index`.
  public let family: String
  /// The name as written in YAML, in `lower_snake_case`.
  public let name: String
  /// One sentence that says what it does.
  public let summary: String
  /// The formula or method in plain text, where there is one; several lines are allowed.
  public let formula: String?
  /// Where it was published, where it was.
  public let source: String?
  /// The keys it takes.
  public let settings: [Setting]

  /// Describes a component.
  ///
  /// - Parameters:
  ///   - family: The family it belongs to.
  ///   - name: The name as written in YAML.
  ///   - summary: One sentence that says what it does.
  ///   - formula: The formula or method in plain text.
  ///   - source: Where it was published.
  ///   - settings: The keys it takes.
  public init(
    family: String, name: String, summary: String, formula: String? = nil, source: String? = nil,
    settings: [Setting] = []
  ) {
    self.family = family
    self.name = name
    self.summary = summary
    self.formula = formula
    self.source = source
    self.settings = settings
  }
}

/// The components that a pipeline file may name, by family.
public struct Catalogue: Sendable {
  /// Every component, in the order in which `rspipe describe` lists them.
  public let components: [Component]

  /// Makes a catalogue.
  ///
  /// - Parameter components: The components in listing order; names are unique within a family.
  public init(_ components: [Component]) {
    self.components = components
  }

  /// The components of one family, in order.
  public func family(_ family: String) -> [Component] {
    components.filter { $0.family == family }
  }

  /// The component of this family and name, or nil.
  public func component(_ name: String, family: String) -> Component? {
    components.first { $0.family == family && $0.name == name }
  }
}
