extension StyleQML {
  /// A style for a layer of polygons: a colour for each class, by the text of a field.
  public static func categories(_ classes: [RasterClass], field: String) -> String {
    let categories = classes.enumerated().map { index, item in
      "      <category symbol=\"\(index)\" value=\"\(escaped(item.name))\""
        + " label=\"\(escaped(item.name))\" type=\"string\" render=\"true\"/>\n"
    }
    let symbols = classes.enumerated().map { index, item in
      let colour = item.colour
      let properties = [
        ("color", "\(colour.red),\(colour.green),\(colour.blue),\(colour.alpha / 2)"),
        ("outline_color", "\(colour.red),\(colour.green),\(colour.blue),\(colour.alpha)"),
        ("outline_style", "solid"), ("outline_width", "0.3"), ("outline_width_unit", "MM"),
        ("style", "solid"),
      ]
      return "      <symbol type=\"fill\" name=\"\(index)\" alpha=\"1\" clip_to_extent=\"1\""
        + " force_rhr=\"0\">\n        <layer class=\"SimpleFill\" enabled=\"1\" locked=\"0\""
        + " pass=\"0\">\n          <Option type=\"Map\">\n"
        + properties.map {
          "            <Option name=\"\($0)\" type=\"QString\" value=\"\($1)\"/>\n"
        }.joined()
        + "          </Option>\n"
        // read by QGIS before 3.20
        + properties.map { "          <prop k=\"\($0)\" v=\"\($1)\"/>\n" }.joined()
        + "        </layer>\n      </symbol>\n"
    }
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
      + "<qgis version=\"3.22.0\" styleCategories=\"Symbology\">\n"
      + "  <renderer-v2 type=\"categorizedSymbol\" attr=\"\(escaped(field))\" symbollevels=\"0\""
      + " enableorderby=\"0\" forceraster=\"0\">\n    <categories>\n" + categories.joined()
      + "    </categories>\n    <symbols>\n" + symbols.joined()
      + "    </symbols>\n  </renderer-v2>\n  <blendMode>0</blendMode>\n"
      + "  <layerGeometryType>2</layerGeometryType>\n</qgis>\n"
  }
}
