import Configuration
import Rasters

/// The classes of a map, in the order in which they are written: 0 … n - 1.
public struct ClassList: Sendable, Equatable {
  /// One class.
  public struct Item: Sendable, Equatable {
    /// The code in labels and references.
    public let code: Int
    /// The name that legends show.
    public let name: String
    /// The colour of the palette.
    public let colour: Colour
  }

  /// The classes; the position is the value written.
  public let items: [Item]
  /// The label value that is left out of training and scores.
  public let ignore: Int

  /// The value of pixels that were not observed, in maps of at most 254 classes.
  public static let notObserved: UInt8 = 255

  /// The keys of one class.
  static let settings = [
    Setting(
      "value", .integer(-2_147_483_648...2_147_483_647),
      "Code of the class in labels and references; by default its position in the list, from 0."),
    Setting("name", .text, isRequired: true, "Name that legends show."),
    Setting("colour", .text, "Colour as #rrggbb; by default one of a fixed list."),
  ]

  /// Makes a list.
  public init(items: [Item], ignore: Int = 255) {
    self.items = items
    self.ignore = ignore
  }

  /// Takes the decoded list of a pipeline file.
  ///
  /// - Throws: `ConfigurationError` at a colour that is none, or a name or code that comes twice.
  init(_ groups: [Settings], ignore: Int) throws {
    var items: [Item] = []
    for (position, group) in groups.enumerated() {
      let item = Item(
        code: group.optionalInteger("value") ?? position, name: group.text("name"),
        colour: try ClassList.colour(of: group, position: position))
      if items.contains(where: { $0.code == item.code }) {
        throw group.error("the value \(item.code) stands for two classes", at: "value")
      }
      if items.contains(where: { $0.name == item.name }) {
        throw group.error("the name '\(item.name)' stands for two classes", at: "name")
      }
      if item.code == ignore {
        throw group.error(
          "the value \(item.code) is the one that is ignored; set 'ignore' to another number",
          at: "value")
      }
      items.append(item)
    }
    self.init(items: items, ignore: ignore)
  }

  /// The number of classes.
  public var count: Int { items.count }

  /// The classes as a raster keeps them.
  public var rasterClasses: [RasterClass] {
    items.enumerated().map { value, item in
      RasterClass(value: value, name: item.name, colour: item.colour, code: item.code)
    }
  }

  /// The position of each code.
  public var positions: [Int: UInt8] {
    Dictionary(uniqueKeysWithValues: items.enumerated().map { ($1.code, UInt8($0)) })
  }

  private static func colour(of group: Settings, position: Int) throws -> Colour {
    guard let text = group.optionalText("colour") else {
      return defaultColours[position % defaultColours.count]
    }
    guard let colour = Colour(hex: text) else {
      throw group.error("'colour' takes a colour as \"#d7301f\", found '\(text)'", at: "colour")
    }
    return colour
  }

  /// Qualitative colours that stay apart for colour-blind readers (Okabe and Ito 2008).
  private static let defaultColours = [
    Colour(red: 187, green: 187, blue: 187), Colour(red: 213, green: 94, blue: 0),
    Colour(red: 0, green: 114, blue: 178), Colour(red: 0, green: 158, blue: 115),
    Colour(red: 230, green: 159, blue: 0), Colour(red: 86, green: 180, blue: 233),
    Colour(red: 240, green: 228, blue: 66), Colour(red: 204, green: 121, blue: 167),
  ]
}
