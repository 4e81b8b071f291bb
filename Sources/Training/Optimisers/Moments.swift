import CKernels
import Engine

/// The tensors that an optimiser keeps for every parameter, in one block of memory, and the number
/// of its steps.
///
/// It is a value: a copy gets memory of its own when either changes.
struct Moments: Sendable {
  /// One tensor in the block.
  private struct Entry: Sendable {
    let name: String
    let type: rs_type
    let count: Int
    let offset: Int

    var byteCount: Int { count * type.byteCount }
  }

  /// Steps begun.
  private(set) var step = 0
  private var entries: [Entry] = []
  private var block: Memory?

  /// Nothing kept, no step done.
  init() {}

  /// Counts a step, and makes the tensors, of zeros, at the first.
  ///
  /// - Parameters:
  ///   - slots: The same at every step.
  ///   - names: The tensors of each parameter, at most three.
  mutating func begin(_ slots: [ParameterSlot], _ names: [String]) {
    precondition(names.count <= 3, "kernels take three moments, not \(names.count)")
    if entries.isEmpty {
      allocate(
        slots.flatMap { slot in names.map { ("\($0).\(slot.name)", slot.type, slot.count) } })
    } else if !isKnownUniquelyReferenced(&block) {
      block = block.map { Memory(copying: $0) }
    }
    precondition(
      entries.count == slots.count * names.count,
      "\(slots.count) parameters, but \(entries.count) state tensors")
    step += 1
  }

  /// The tensors of a parameter, for a kernel; valid until this value changes.
  func pointers(_ index: Int, of slots: [ParameterSlot]) -> (
    UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?
  ) {
    guard let block else { return (nil, nil, nil) }
    let slot = slots[index]
    let perSlot = entries.count / slots.count
    func pointer(_ moment: Int) -> UnsafeMutableRawPointer? {
      guard moment < perSlot else { return nil }
      let entry = entries[index * perSlot + moment]
      precondition(
        entry.count == slot.count && entry.type == slot.type, "size of \(slot.name)")
      return block.pointer + entry.offset
    }
    return (pointer(0), pointer(1), pointer(2))
  }

  /// What a checkpoint holds.
  var state: OptimiserState {
    get {
      OptimiserState(
        step: step,
        tensors: entries.map { entry in
          StateTensor(name: entry.name, type: entry.type, bytes: bytes(entry))
        })
    }
    set {
      step = newValue.step
      allocate(newValue.tensors.map { ($0.name, $0.type, $0.count) })
      guard let block else { return }
      for (entry, tensor) in zip(entries, newValue.tensors) {
        tensor.bytes.withUnsafeBytes {
          UnsafeMutableRawBufferPointer(start: block.pointer + entry.offset, count: $0.count)
            .copyMemory(from: $0)
        }
      }
    }
  }

  /// Calls `body` with the bytes of every tensor.
  func forEach(_ body: (_ name: String, UnsafeRawBufferPointer) -> Void) {
    guard let block else { return }
    withExtendedLifetime(block) {
      for entry in entries {
        body(
          entry.name,
          UnsafeRawBufferPointer(start: block.pointer + entry.offset, count: entry.byteCount))
      }
    }
  }

  private func bytes(_ entry: Entry) -> [UInt8] {
    guard let block else { return [] }
    return withExtendedLifetime(block) {
      Array(UnsafeRawBufferPointer(start: block.pointer + entry.offset, count: entry.byteCount))
    }
  }

  private mutating func allocate(_ tensors: [(name: String, type: rs_type, count: Int)]) {
    var end = 0
    entries = tensors.map { tensor in
      let entry = Entry(name: tensor.name, type: tensor.type, count: tensor.count, offset: end)
      end += (entry.byteCount + Memory.alignment - 1) / Memory.alignment * Memory.alignment
      return entry
    }
    block = entries.isEmpty ? nil : Memory(byteCount: end)
  }
}

extension Memory {
  /// The same bytes in memory of their own.
  convenience init(copying other: Memory) {
    self.init(byteCount: other.byteCount)
    pointer.copyMemory(from: other.pointer, byteCount: other.byteCount)
  }
}
