import Testing

@testable import Simulation

@Suite struct PriorityQueueTests {
  @Test func entriesComeOutInOrderOfKeyThenPixel() {
    var random = RandomSource(seed: 3)
    var queue = PriorityQueue()
    var expected: [(Float, Int)] = []
    for pixel in 0..<500 {
      let key = Float(random.index(below: 60)) * 0.25
      queue.push(key: key, pixel: pixel)
      expected.append((key, pixel))
    }
    expected.sort { $0 < $1 }
    for entry in expected {
      let popped = queue.pop()
      #expect(popped?.key == entry.0)
      #expect(popped?.pixel == entry.1)
    }
    #expect(queue.pop() == nil)
  }
}
