import Foundation
import Testing

@testable import Rasters

@Suite struct StyleQMLTests {
  @Test("A paletted style lists the classes in order, with their colours")
  func paletted() {
    let text = StyleQML.paletted([
      RasterClass(value: 4, name: "a \"b\" & <c>", colour: Colour(red: 0, green: 10, blue: 255)),
      RasterClass(
        value: 0, name: "none", colour: Colour(red: 1, green: 2, blue: 3, alpha: 0)),
    ])
    #expect(
      text == """
        <!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
        <qgis version="3.22.0" styleCategories="Symbology">
          <pipe>
            <rasterrenderer type="paletted" band="1" opacity="1" alphaBand="-1" nodataColor="">
              <rasterTransparency/>
              <colorPalette>
                <paletteEntry value="4" label="a &quot;b&quot; &amp; &lt;c&gt;" color="#000aff" alpha="255"/>
                <paletteEntry value="0" label="none" color="#010203" alpha="0"/>
              </colorPalette>
            </rasterrenderer>
          </pipe>
          <blendMode>0</blendMode>
        </qgis>

        """)
  }

  @Test("A ramp names its stops and its range")
  func ramp() {
    let text = StyleQML.ramp(
      [
        .init(value: 0, colour: Colour(red: 255, green: 255, blue: 255), label: "never"),
        .init(value: 0.5, colour: Colour(red: 255, green: 0, blue: 0)),
      ], band: 2)
    #expect(text.contains("band=\"2\""))
    #expect(text.contains("classificationMin=\"0\" classificationMax=\"0.5\""))
    #expect(text.contains("<item value=\"0\" label=\"never\" color=\"#ffffff\" alpha=\"255\"/>"))
    #expect(text.contains("<item value=\"0.5\" label=\"0.5\" color=\"#ff0000\" alpha=\"255\"/>"))
  }

  @Test("The ramp of probabilities spans the values given")
  func probability() {
    let text = StyleQML.probability(minimum: 0, maximum: 90)
    #expect(text.contains("<item value=\"30\""))
    #expect(text.contains("classificationMax=\"90\""))
  }
}
