import Glibc

/// Hands items from one thread to another, in order, a limited number at a time.
///
/// An error that either side reports stops both: whoever waits or comes later throws it.
///
/// `@unchecked Sendable`: all state is touched under the mutex alone. An item belongs to the side that
/// has it: whoever put it in must not use it any more, unless it is immutable.
public final class Handover<Item>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let capacity: Int
  private var items: [Item] = []
  private var isFinished = false
  private var failure: (any Error)?

  /// Makes one with room for `capacity` items that wait to be taken.
  public init(capacity: Int) {
    precondition(capacity > 0, "room for \(capacity) items")
    self.capacity = capacity
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Waits for room and hands an item over.
  ///
  /// - Throws: What stopped the two sides.
  public func put(_ item: Item) throws {
    try locked {
      while items.count >= capacity, failure == nil { pthread_cond_wait(changed, mutex) }
      if let failure { throw failure }
      items.append(item)
      pthread_cond_broadcast(changed)
    }
  }

  /// Waits for an item.
  ///
  /// - Returns: nil once there will be no more.
  /// - Throws: What stopped the two sides.
  public func take() throws -> Item? {
    try locked {
      while items.isEmpty, !isFinished, failure == nil { pthread_cond_wait(changed, mutex) }
      if let failure { throw failure }
      guard !items.isEmpty else { return nil }
      pthread_cond_broadcast(changed)
      return items.removeFirst()
    }
  }

  /// Says that no item will follow those that were put in.
  public func finish() {
    locked {
      isFinished = true
      pthread_cond_broadcast(changed)
    }
  }

  /// Stops both sides; the first error counts, and items that wait are dropped.
  public func fail(_ error: any Error) {
    locked {
      guard failure == nil else { return }
      failure = error
      items = []
      pthread_cond_broadcast(changed)
    }
  }

  /// Goes on, unless something stopped the two sides.
  ///
  /// - Throws: What it was.
  public func check() throws {
    try locked { if let failure { throw failure } }
  }

  private func locked<Value>(_ body: () throws -> Value) rethrows -> Value {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
