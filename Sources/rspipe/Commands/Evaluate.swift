import Pipelines

/// `rspipe evaluate`: scores a map against a reference.
struct EvaluateCommand: Command {
  private static let classes = Option(
    "classes", takes: .text("LIST"),
    "Classes as NAME,NAME,… for the values 0, 1, …, or as VALUE=NAME, or VALUE:CODE=NAME where "
      + "the reference has other codes; by default those that the map carries.")
  private static let ignore = Option(
    "ignore", takes: .integer("N", -2_147_483_648...2_147_483_647),
    "Value that means not known, beside nodata; by default 255.")

  static let syntax = Syntax(
    "evaluate", "Scores a map of classes against a reference raster.",
    details: ["The reference is brought onto the map's grid by the nearest pixel."],
    operands: [
      Operand("MAP", "Raster of classes to score."),
      Operand("REFERENCE", "Raster of the classes on the ground."),
    ],
    options: [classes, ignore, .json],
    examples: [
      "evaluate map.tif truth.tif", "evaluate map.tif mask.tif --classes 0=unburned,1:200=burned",
    ])

  private let arguments: Arguments
  private let classes: [MapComparison.Item]?

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    classes = try arguments.text(EvaluateCommand.classes).map(EvaluateCommand.list)
  }

  func run(on terminal: Terminal) throws {
    let comparison = try MapComparison(
      map: arguments.operand("MAP"), reference: arguments.operand("REFERENCE"), classes: classes,
      ignore: arguments.integer(EvaluateCommand.ignore) ?? 255)
    let report = AgreementReport(try comparison.run())
    try terminal.print(arguments.has(.json) ? jsonText(report) : report.text)
  }

  /// The classes of `--classes`.
  static func list(_ text: String) throws -> [MapComparison.Item] {
    var items: [MapComparison.Item] = []
    for (position, part) in text.split(separator: ",", omittingEmptySubsequences: false)
      .enumerated()
    {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = sides.count == 2 ? sides[0].split(separator: ":").map { Int($0) } : [position]
      guard let name = sides.last.map(String.init), !name.isEmpty, (1...2).contains(numbers.count),
        let value = numbers[0], let code = numbers[numbers.count - 1]
      else {
        throw ArgumentError.other(
          "'--classes' takes NAME, VALUE=NAME or VALUE:CODE=NAME, found '\(part)'")
      }
      if items.contains(where: { $0.value == value || $0.code == code || $0.name == name }) {
        throw ArgumentError.other("'--classes': '\(part)' repeats a value, a code or a name")
      }
      items.append(MapComparison.Item(value: value, code: code, name: name))
    }
    return items
  }
}
