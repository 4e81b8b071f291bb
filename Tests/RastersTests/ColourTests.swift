import Testing

@testable import Rasters

@Suite struct ColourTests {
  @Test("Hexadecimal colours are read with and without opacity, and written back")
  func hex() {
    #expect(Colour(hex: "#d7191c") == Colour(red: 215, green: 25, blue: 28))
    #expect(Colour(hex: "D7191C80") == Colour(red: 215, green: 25, blue: 28, alpha: 128))
    #expect(Colour(red: 0, green: 10, blue: 255).hex == "#000aff")
  }

  @Test("Anything else is no colour", arguments: ["", "#", "#12345", "#1234567", "red", "+12345"])
  func nonsense(_ text: String) {
    #expect(Colour(hex: text) == nil)
  }
}
