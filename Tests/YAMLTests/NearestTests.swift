import Testing
import YAML

@Suite("Nearest")
struct NearestTests {
  @Test(
    "A slip of the finger finds the name that was meant",
    arguments: [
      ("dise", "dice"), ("dcie", "dice"), ("dicee", "dice"), ("dic", "dice"), ("Dice", "dice"),
      ("batch-size", "batch_size"), ("batchsize", "batch_size"), ("focl", "focal"), ("c", "ce"),
      ("crossentropy", "cross_entropy"),
    ])
  func finds(name: String, expected: String) {
    let names = ["ce", "dice", "focal", "batch_size", "cross_entropy"]
    #expect(nearestName(to: name, among: names) == expected)
  }

  @Test(
    "A name that is far from all finds none",
    arguments: [
      "", "xyz", "lovasz", "d", "focus_on", "cross", String(repeating: "dice", count: 20),
    ])
  func findsNone(name: String) {
    #expect(nearestName(to: name, among: ["dice", "focal", "cross_entropy"]) == nil)
  }

  @Test("Of two names at the same distance the first is taken")
  func firstOfEquals() {
    #expect(nearestName(to: "pall", among: ["ball", "pull"]) == "ball")
    #expect(nearestName(to: "pall", among: ["pull", "ball"]) == "pull")
  }

  @Test("The nearer name wins over an earlier one")
  func nearerWins() {
    #expect(nearestName(to: "epochs", among: ["epoch", "epocks_", "epochs"]) == "epochs")
  }

  @Test("One-letter names are suggested for no other letter")
  func oneLetter() {
    #expect(nearestName(to: "x", among: ["a", "b"]) == nil)
    #expect(nearestName(to: "A", among: ["a"]) == "a")
  }
}
