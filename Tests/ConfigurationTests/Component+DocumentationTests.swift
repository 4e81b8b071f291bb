import Configuration
import Testing

@Suite("Component+Documentation")
struct ComponentDocumentationTests {
  @Test("The page of a component shows summary, formula, source and a table of its keys")
  func page() {
    let unet = Component(
      family: "model", name: "unet",
      summary: "An encoder and a decoder with skip connections between the levels of the same "
        + "resolution, for maps with fine edges.",
      formula: "y = conv(x)\n\nz = up(y) ++ x", source: "Ronneberger et al. 2015, U-Net.",
      settings: [
        Setting(
          "channels", .list(.integer(1...4096), count: 2...8), default: "[32, 64, 128, 256]",
          "The channels of each level, from the finest to the coarsest; each "
            + "level halves the edges."
        ),
        Setting("classes", .integer(2...254), isRequired: true, "The number of classes."),
        Setting("dropout", .number(0...1), default: "0", "The share of channels left out."),
        Setting(
          "tiles",
          .group([Setting("edge", .integer(16...4096), unit: "pixels", "The edge of a tile.")]),
          "How the scene is cut."),
        Setting(
          "norm", .choice(["batch", "group", "none"]), default: "batch", "How to normalise."),
      ])
    #expect(
      unet.documentation == """
        model unet

        An encoder and a decoder with skip connections between the levels of the same resolution, for maps
        with fine edges.

        Formula:
          y = conv(x)

          z = up(y) ++ x

        Source:
          Ronneberger et al. 2015, U-Net.

        Settings:
          key         takes                         unit    default        meaning
          channels    a list of 2 to 8 items, each          [32, 64, 128,  The channels of each level, from
                      a whole number from 1 to              256]           the finest to the coarsest; each
                      4096                                                 level halves the edges.
          classes     a whole number from 2 to 254          required       The number of classes.
          dropout     a number from 0 to 1                  0              The share of channels left out.
          tiles       a mapping of settings                 none           How the scene is cut.
          tiles.edge  a whole number from 16 to     pixels  none           The edge of a tile.
                      4096
          norm        one of: batch, group, none            batch          How to normalise.

        """)
  }

  @Test("A component without settings, formula and source says so in few lines")
  func shortPage() {
    #expect(
      Example.mean.documentation == """
        loss mean

        The mean of its inputs.

        It takes no settings.

        """)
  }

  @Test("A column that would be empty is left out")
  func emptyColumn() {
    #expect(
      Example.dice.documentation == """
        loss dice

        One minus the overlap of the classes.

        Formula:
          L = 1 - 2 Σ p y / Σ (p + y)

        Source:
          Milletari et al. 2016, V-Net, equation 3.

        Settings:
          key      takes                      default  meaning
          smooth   a number from 0 to 10      1        Added above and below the line.
          weights  a list of 2 to 254 items,  none     The weight of each class, in order.
                   each a number from 0 to
                   1000000

        """)
  }

  @Test("No line is wider than 100 columns", arguments: [Example.dice, Example.focal])
  func width(component: Component) {
    let page = Component(
      family: "stage", name: "all",
      summary: String(repeating: "A sentence with words. ", count: 20),
      source: String(repeating: "A source with words. ", count: 20),
      settings: Example.settings + component.settings
    ).documentation
    #expect(page.split(separator: "\n").map(\.count).max() ?? 0 <= 100)
    #expect(page.split(separator: "\n").count > 30)
  }
}
