import Configuration
import Testing

@Suite("SettingKind+Description")
struct SettingKindDescriptionTests {
  @Test(
    "A kind says what it allows",
    arguments: [
      (.integer(1...10000), "a whole number from 1 to 10000"),
      (.integer(1...(.max)), "a whole number of at least 1"),
      (.integer(.min ... -1), "a whole number of at most -1"),
      (.integer(.min ... .max), "a whole number"),
      (.integer(3...3), "a whole number equal to 3"),
      (.number(0...1), "a number from 0 to 1"),
      (.number(0.25...1e-3 * 1000), "a number from 0.25 to 1"),
      (.number(0...(.infinity)), "a number of at least 0"),
      (.number(0...(.greatestFiniteMagnitude)), "a number of at least 0"),
      (.number(-.infinity...5), "a number of at most 5"),
      (.number(-.infinity ... .infinity), "a number"),
      (.number(.leastNonzeroMagnitude ... .infinity), "a number above 0"),
      (.number(.leastNormalMagnitude...1), "a number above 0, at most 1"),
      (.flag, "true or false"),
      (.text, "text"),
      (.choice(["a", "b", "c"]), "one of: a, b, c"),
      (.list(.text, count: 0...(.max)), "a list of items, each text"),
      (.list(.text, count: 1...(.max)), "a list of at least 1 item, each text"),
      (.list(.text, count: 0...4), "a list of at most 4 items, each text"),
      (.list(.flag, count: 2...2), "a list of 2 items, each true or false"),
      (
        .list(.integer(0...9), count: 1...3),
        "a list of 1 to 3 items, each a whole number from 0 to 9"
      ),
      (.path, "the path of a file"),
      (.reference("raster"), "the name of an earlier stage that gives 'raster'"),
      (.component(family: "loss"), "a loss"),
      (.component(family: "optimiser"), "an optimiser"),
      (.group([]), "a mapping of settings"),
    ] as [(SettingKind, String)])
  func descriptions(kind: SettingKind, text: String) {
    #expect(kind.description == text)
  }
}
