import Configuration
import Testing

@Suite("Nearest")
struct NearestTests {
  @Test("The nearest name is found, and none where all are far")
  func nearestName() {
    #expect(nearest("dise", in: ["ce", "dice"]) == "dice")
    #expect(nearest("lovasz", in: ["ce", "dice"]) == nil)
  }
}
