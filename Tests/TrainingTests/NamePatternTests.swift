import Testing

@testable import Training

struct NamePatternTests {
  @Test(arguments: [
    ("enc.*", "enc.0.conv1.weight", true), ("enc.*", "enc", false), ("enc*", "enc", true),
    ("*.bias", "up.0.bias", true), ("*.bias", "up.0.bias2", false), ("*", "", true),
    ("", "", true), ("", "a", false), ("enc.?.bn?.*", "enc.0.bn1.weight", true),
    ("enc.?.bn?.*", "enc.10.bn1.weight", false), ("*a*b", "aab.ab", true),
    ("*a*b", "ab.a", false), ("head", "head.weight", false), ("**", "x", true),
  ])
  func starsStandForLettersAndDots(pattern: String, name: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }
}
