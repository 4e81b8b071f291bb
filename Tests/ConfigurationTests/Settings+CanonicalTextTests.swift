import Configuration
import Testing

@Suite("Settings+CanonicalText")
struct SettingsCanonicalTextTests {
  @Test("The text is one line of JSON with sorted keys")
  func json() {
    let settings = Settings(values: [
      "b": .integer(1), "a": .number(1), "c": .flag(false),
      "loss": .component(
        name: "dice", Settings(values: ["w": .list([.number(0.1), .number(1e-7)])])),
      "group": .group(Settings(values: ["t": .text("é \"q\" \\ \n\u{1}")])),
      "empty": .list([]), "none": .group(Settings(values: [:])),
    ])
    #expect(
      settings.canonicalText
        == #"{"a":1.0,"b":1,"c":false,"empty":[],"group":{"t":"é \"q\" \\ \u000a\u0001"},"#
        + #""loss":{"name":"dice","settings":{"w":[0.1,1e-07]}},"none":{}}"#)
  }

  @Test("Order, spelling and written-out defaults make no difference")
  func sameSettings() throws {
    let short = try Example.decode("rate: 0.5\nloss: dice")
    let long = try Example.decode(
      "loss: {dice: {smooth: 1.00}}\nepochs: 10\nrate: 5e-1\nbands: ['B4', B8]")
    #expect(short.canonicalText == long.canonicalText)
    #expect(short.canonicalText != (try Example.decode("rate: 0.25")).canonicalText)
  }

  @Test("Zero and minus zero are the same number")
  func minusZero() throws {
    let zero = try Example.decode("rate: 0").canonicalText
    #expect(try Example.decode("rate: -0.0").canonicalText == zero)
    #expect(zero.contains(#""rate":0.0"#))
  }
}
