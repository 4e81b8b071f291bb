import Synchronization
import Testing

@testable import Training

struct HandoverTests {
  private struct Fault: Error, Equatable {
    let number: Int
  }

  @Test("Items come in order, and nil once there will be no more", arguments: [1, 3])
  func order(_ capacity: Int) throws {
    let handover = Handover<Int>(capacity: capacity)
    let thread = try BackgroundThread {
      for item in 0..<500 { try? handover.put(item) }
      handover.finish()
    }
    for item in 0..<500 { #expect(try handover.take() == item) }
    #expect(try handover.take() == nil)
    #expect(try handover.take() == nil)
    thread.join()
  }

  @Test("No more items wait than there is room for")
  func room() throws {
    let handover = Handover<Int>(capacity: 2)
    let count = Atomic(0)
    let thread = try BackgroundThread {
      for item in 0..<10 {
        try? handover.put(item)
        count.add(1, ordering: .sequentiallyConsistent)
      }
    }
    for taken in 0..<10 {
      // what was put in beyond what was taken waits, or has just been put in
      #expect(count.load(ordering: .sequentiallyConsistent) <= taken + 2)
      #expect(try handover.take() == taken)
    }
    thread.join()
  }

  @Test("An error wakes a side that waits, drops what waits, and the first one counts")
  func errors() throws {
    let (empty, full) = (Handover<Int>(capacity: 1), Handover<Int>(capacity: 1))
    try full.put(1)
    let thread = try BackgroundThread {
      #expect(throws: Fault(number: 1)) { try empty.take() }
      #expect(throws: Fault(number: 2)) { try full.put(2) }
    }
    empty.fail(Fault(number: 1))
    full.fail(Fault(number: 2))
    thread.join()
    full.fail(Fault(number: 3))
    #expect(throws: Fault(number: 2)) { try full.take() }
    #expect(throws: Fault(number: 2)) { try full.check() }
    try Handover<Int>(capacity: 1).check()
  }
}

struct BackgroundThreadTests {
  @Test("A thread has run by the time it was waited for, also where its owner is gone")
  func join() throws {
    let count = Counter()
    let thread = try BackgroundThread { count.add() }
    thread.join()
    thread.join()
    #expect(count.value == 1)
    do { _ = try BackgroundThread { count.add() } }
    #expect(count.value == 2)
  }

  private final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() { count.add(1, ordering: .sequentiallyConsistent) }
  }
}
