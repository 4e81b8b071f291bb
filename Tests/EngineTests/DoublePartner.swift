import CKernels

/// The numbers of a `KernelTensor` in double and without gaps, for the plain loops.
final class DoublePartner {
  private let storage: UnsafeMutableBufferPointer<Double>
  /// The view to call kernels with.
  let view: rs_view

  init(_ tensor: KernelTensor) {
    let values = tensor.values
    storage = .allocate(capacity: values.count)
    _ = storage.initialize(from: values)
    var view = tensor.view
    view.data = UnsafeMutableRawPointer(storage.baseAddress)
    view.stride = Int64(view.c)
    self.view = view
  }

  deinit { storage.deallocate() }

  /// The values in (N, H, W, C) order.
  var values: [Double] { Array(storage) }
}

/// Doubles and the same numbers as floats: parameters of a kernel.
struct ParameterPair {
  var doubles: [Double]
  var floats: [Float]

  init(_ count: Int, seed: UInt64) {
    doubles = KernelTensor.random(count, seed: seed)
    floats = doubles.map(Float.init)
  }

  /// The distance of the floats from the doubles, relative to the largest.
  var error: Double { relativeError(doubles, floats.map(Double.init)) }
}

/// Memory for the time of a kernel call.
func withScratch<Result>(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Result) -> Result {
  let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes), alignment: 64)
  defer { memory.deallocate() }
  return body(memory)
}
