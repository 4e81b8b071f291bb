import Testing

@testable import Rasters

@Suite struct WindowTests {
  let window = Window(x: 10, y: 20, width: 30, height: 40)

  @Test("The intersection holds the common pixels, and touching windows have none")
  func intersection() {
    let other = Window(x: 35, y: 0, width: 100, height: 25)
    #expect(window.intersection(other) == Window(x: 35, y: 20, width: 5, height: 5))
    #expect(window.intersection(Window(x: 40, y: 20, width: 5, height: 5)) == nil)
    #expect(window.intersection(Window(x: 10, y: 20, width: 0, height: 5)) == nil)
  }

  @Test("A window contains itself and its pixels, not the pixel after the last")
  func contains() {
    #expect(window.contains(window))
    #expect(!window.contains(Window(x: 10, y: 20, width: 31, height: 1)))
    #expect(window.contains(x: 39, y: 59))
    #expect(!window.contains(x: 40, y: 59))
    #expect(!window.contains(x: 9, y: 59))
  }

  @Test("A margin is cut at the bounds")
  func expanded() {
    let bounds = Window(x: 0, y: 0, width: 45, height: 100)
    #expect(
      window.expanded(by: 12, within: bounds) == Window(x: 0, y: 8, width: 45, height: 64))
    #expect(
      Window(x: 200, y: 0, width: 5, height: 5).expanded(by: 1, within: bounds).isEmpty)
    #expect(
      Window(x: -20, y: -20, width: 5, height: 5).expanded(by: 1, within: bounds)
        == Window(x: 0, y: 0, width: 0, height: 0))
  }

  @Test("The description is the size and the place")
  func description() {
    #expect("\(window)" == "30x40+10+20")
    #expect("\(Window(x: -1, y: 0, width: 2, height: 3))" == "2x3-1+0")
  }
}
