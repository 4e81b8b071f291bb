import CKernels

@testable import Training

/// Tensors in memory of their own.
final class ParameterTensors {
  private let slots: [ParameterSlot]

  init(
    _ tensors: [(name: String, values: [Double])], type: rs_type = RS_FLOAT64,
    decays: (String) -> Bool = { _ in true }
  ) {
    slots = tensors.map { name, values in
      let bytes = max(values.count, 1) * type.byteCount
      let slot = ParameterSlot(
        name: name, type: type, count: values.count,
        value: .allocate(byteCount: bytes, alignment: 64),
        gradient: .allocate(byteCount: bytes, alignment: 64), decays: decays(name))
      Self.write(values, to: slot.value, type)
      Self.write(Array(repeating: 0, count: values.count), to: slot.gradient, type)
      return slot
    }
  }

  convenience init(_ values: [[Double]], type: rs_type = RS_FLOAT64) {
    self.init(values.enumerated().map { ("w\($0)", $1) }, type: type)
  }

  deinit {
    for slot in slots {
      slot.value.deallocate()
      slot.gradient.deallocate()
    }
  }

  /// Calls `body` with the slots, which are valid during the call only.
  func withSlots<Result>(_ body: ([ParameterSlot]) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(slots) }
  }

  var values: [[Double]] { withSlots { $0.map { Self.read($0.value, $0) } } }

  var gradients: [[Double]] {
    get { withSlots { $0.map { Self.read($0.gradient, $0) } } }
    set { withSlots { zip($0, newValue).forEach { Self.write($1, to: $0.gradient, $0.type) } } }
  }

  func setValues(_ values: [[Double]]) {
    withSlots { zip($0, values).forEach { Self.write($1, to: $0.value, $0.type) } }
  }

  private static func read(_ pointer: UnsafeMutableRawPointer, _ slot: ParameterSlot) -> [Double] {
    (0..<slot.count).map {
      slot.type == RS_FLOAT64
        ? pointer.load(fromByteOffset: 8 * $0, as: Double.self)
        : Double(pointer.load(fromByteOffset: 4 * $0, as: Float.self))
    }
  }

  private static func write(
    _ values: [Double], to pointer: UnsafeMutableRawPointer, _ type: rs_type
  ) {
    for (index, value) in values.enumerated() {
      if type == RS_FLOAT64 {
        pointer.storeBytes(of: value, toByteOffset: 8 * index, as: Double.self)
      } else {
        pointer.storeBytes(of: Float(value), toByteOffset: 4 * index, as: Float.self)
      }
    }
  }
}
