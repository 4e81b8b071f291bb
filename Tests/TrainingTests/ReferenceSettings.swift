import Configuration
import Engine
import TestSupport
import Training
import YAML

/// Settings of a component with the values of a reference case, decoded as a pipeline file would be.
///
/// - Parameters:
///   - component: The component whose keys are declared.
///   - parameters: Values by their names in the reference data.
///   - renamed: Names in the reference data and the keys they stand for.
/// - Throws: `ConfigurationError` if the component has no such key, or takes no such value.
func settings(
  _ component: Component, _ parameters: [(String, JSONValue)] = [],
  renamed: [String: String] = [:]
) throws -> Settings {
  try Settings(
    decoding: node(.object(parameters.map { (renamed[$0.0] ?? $0.0, $0.1) })),
    as: component.settings,
    in: DecodingContext(
      file: "reference", baseDirectory: "",
      catalogue: Catalogue(
        LossRegistry.components + OptimiserRegistry.components + ScheduleRegistry.components)))
}

/// The same, or nil where the component cannot take the values.
func decoded(
  _ component: Component, _ parameters: [(String, JSONValue)] = [],
  renamed: [String: String] = [:]
) -> Settings? {
  try? settings(component, parameters, renamed: renamed)
}

/// An optimiser as a pipeline file would name it: `sgd`, or `{sam: {base: sgd}}`.
func optimiser(_ value: JSONValue) throws -> any Optimiser {
  let own = try Settings(
    decoding: node(.object([("optimiser", value)])),
    as: [Setting("optimiser", .component(family: "optimiser"), "The optimiser.")],
    in: DecodingContext(
      file: "test", baseDirectory: "", catalogue: Catalogue(OptimiserRegistry.components)))
  let component = own.optionalComponent("optimiser")
  return try OptimiserRegistry.make(
    component?.name ?? "none", settings: component?.settings ?? own)
}

private let start = YAMLMark(line: 1, column: 1)

/// A JSON value as the YAML tree that would say the same.
private func node(_ value: JSONValue) -> YAMLNode {
  switch value {
  case .null: YAMLNode(.scalar("null", isPlain: true), mark: start)
  case .flag(let flag): YAMLNode(.scalar(String(flag), isPlain: true), mark: start)
  case .number(let number):
    YAMLNode(
      .scalar(Int(exactly: number).map(String.init) ?? "\(number)", isPlain: true),
      mark: start)
  case .text(let text): YAMLNode(.scalar(text, isPlain: false), mark: start)
  case .list(let items): YAMLNode(.sequence(items.map(node)), mark: start)
  case .object(let members):
    YAMLNode(
      .mapping(
        members.map { YAMLNode.Entry(key: $0.0, keyMark: start, value: node($0.1)) }), mark: start)
  }
}
