import Testing

@testable import Pipelines

struct TextTests {
  @Test(
    "Numbers have a fixed count of decimals",
    arguments: [
      (0.86, 3, "0.860"), (0.8605, 2, "0.86"), (1.0, 0, "1"), (-1.005, 1, "-1.0"), (0, 2, "0.00"),
      (-0.0004, 3, "0.000"), (-0.0006, 3, "-0.001"), (0.9999, 3, "1.000"),
      (12_345.678, 2, "12345.68"),
      (0.05, 1, "0.1"), (2.5, 0, "3"), (.infinity, 2, "inf"), (-.infinity, 2, "-inf"),
      (1e20, 2, "1e+20"), (0.007, 3, "0.007"),
    ])
  func decimals(_ value: Double, _ places: Int, _ text: String) {
    #expect(Pipelines.decimals(value, places) == text)
  }

  @Test("What is not a number is said so")
  func nan() { #expect(Pipelines.decimals(.nan, 2) == "nan") }
}
