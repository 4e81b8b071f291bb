import Configuration
import Pipelines

/// `rspipe describe`: what pipeline files can name.
struct DescribeCommand: Command {
  static let syntax = Syntax(
    "describe", "Describes what pipeline files can name: stages, models, losses and so on.",
    details: ["Without a name all are listed, with one the formula, the source and the settings."],
    operands: [Operand("NAME", count: 0...1, "Stage, model, loss, optimiser, index, metric, …")],
    examples: ["describe", "describe train"])

  private let name: String?

  init(_ arguments: Arguments) {
    name = arguments.operands("NAME").first
  }

  func run(on terminal: Terminal) throws {
    let components = Catalogue.standard.components
    guard let name else { return try terminal.print(DescribeCommand.list(components)) }
    let found = components.filter { $0.name == name }
    guard !found.isEmpty else {
      let hint = nearest(name, in: components.map(\.name)).map { " Did you mean '\($0)'?" } ?? ""
      throw ArgumentError.other("nothing is called '\(name)'.\(hint) See 'rspipe describe'")
    }
    try terminal.print(found.map(\.documentation).joined(separator: "\n"))
  }

  /// All components by family.
  private static func list(_ components: [Component]) -> String {
    let families = components.reduce(into: [String]()) { families, component in
      if !families.contains(component.family) { families.append(component.family) }
    }
    let blocks = families.map { family in
      "\(family):\n"
        + HelpText.list(
          components.filter { $0.family == family }.map { ($0.name, $0.summary) }
        ).joined(separator: "\n") + "\n"
    }
    return blocks.joined(separator: "\n")
  }
}
