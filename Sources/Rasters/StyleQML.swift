/// QGIS layer styles, written beside a raster as `NAME.qml`.
///
/// TIFF keeps 256 palette entries whatever the number of classes, and QGIS before 3.30 reads no
/// attribute table: without a style it lists them all.
public enum StyleQML {
  /// One stop of a colour ramp.
  public struct Stop: Equatable, Sendable {
    /// The pixel value.
    public var value: Double
    /// Its colour; between stops colours are interpolated.
    public var colour: Colour
    /// What the legend says; nil for the value.
    public var label: String?

    /// Makes a stop.
    public init(value: Double, colour: Colour, label: String? = nil) {
      self.value = value
      self.colour = colour
      self.label = label
    }
  }

  /// A style for a raster of classes that lists them in the order given.
  public static func paletted(_ classes: [RasterClass], band: Int = 1) -> String {
    let entries = classes.map {
      "        <paletteEntry value=\"\($0.value)\" label=\"\(escaped($0.name))\""
        + " color=\"\($0.colour.hex)\" alpha=\"\($0.colour.alpha)\"/>\n"
    }
    return document(
      "    <rasterrenderer type=\"paletted\" band=\"\(band)\" opacity=\"1\" alphaBand=\"-1\""
        + " nodataColor=\"\">\n      <rasterTransparency/>\n      <colorPalette>\n"
        + entries.joined() + "      </colorPalette>\n    </rasterrenderer>\n")
  }

  /// A style for one band of measurements: colours interpolated between stops.
  ///
  /// - Parameter stops: at least one, by rising value.
  public static func ramp(_ stops: [Stop], band: Int = 1) -> String {
    precondition(!stops.isEmpty, "a ramp needs stops")
    let minimum = number(stops.map(\.value).min() ?? 0)
    let maximum = number(stops.map(\.value).max() ?? 0)
    let items = stops.map {
      "          <item value=\"\(number($0.value))\""
        + " label=\"\(escaped($0.label ?? number($0.value)))\""
        + " color=\"\($0.colour.hex)\" alpha=\"\($0.colour.alpha)\"/>\n"
    }
    return document(
      "    <rasterrenderer type=\"singlebandpseudocolor\" band=\"\(band)\" opacity=\"1\""
        + " alphaBand=\"-1\" classificationMin=\"\(minimum)\" classificationMax=\"\(maximum)\""
        + " nodataColor=\"\">\n      <rasterTransparency/>\n      <rastershader>\n"
        + "        <colorrampshader colorRampType=\"INTERPOLATED\" classificationMode=\"1\""
        + " clip=\"0\" minimumValue=\"\(minimum)\" maximumValue=\"\(maximum)\">\n"
        + items.joined()
        + "        </colorrampshader>\n      </rastershader>\n    </rasterrenderer>\n")
  }

  /// From nearly white over orange to dark red: probabilities between two values.
  public static func probability(minimum: Double = 0, maximum: Double = 1, band: Int = 1) -> String
  {
    let colours = [
      Colour(red: 255, green: 247, blue: 236), Colour(red: 253, green: 187, blue: 132),
      Colour(red: 239, green: 101, blue: 72), Colour(red: 127, green: 0, blue: 0),
    ]
    let stops = colours.enumerated().map { index, colour in
      Stop(value: minimum + (maximum - minimum) * Double(index) / 3, colour: colour)
    }
    return ramp(stops, band: band)
  }

  private static func document(_ renderer: String) -> String {
    "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      + "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n  <pipe>\n"
      + renderer + "  </pipe>\n  <blendMode>0</blendMode>\n</qgis>\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      default: result.append(character)
      }
    }
  }
}
