import CKernels
import Engine

/// Parameters as the kernels take them: all at once, shared by the threads of a pool.
struct KernelParameters {
  private let items: [rs_parameter]
  private let chunks: Int
  private let pool: ThreadPool?

  /// Describes parameters to the kernels.
  ///
  /// - Parameters:
  ///   - slots: The parameters.
  ///   - pool: The threads; nil: the caller's alone.
  ///   - moments: What is kept for each element, begun for these slots.
  ///   - fill: Sets what else the kernel needs, such as the rate.
  init(
    _ slots: [ParameterSlot], pool: ThreadPool?, moments: Moments? = nil,
    _ fill: (inout rs_parameter, ParameterSlot) -> Void = { _, _ in }
  ) {
    var items = slots.enumerated().map { index, slot in
      var item = rs_parameter()
      item.type = slot.type
      item.count = slot.count
      item.value = slot.value
      item.gradient = slot.gradient
      if let moments { item.moments = moments.pointers(index, of: slots) }
      fill(&item, slot)
      return item
    }
    chunks = Int(rs_parameters_cut(&items, Int32(items.count)))
    self.items = items
    self.pool = pool
  }

  /// Calls a kernel.
  func run<Result>(
    _ body: (OpaquePointer?, UnsafePointer<rs_parameter>?, Int32) -> Result
  ) -> Result {
    withExtendedLifetime(pool) {
      items.withUnsafeBufferPointer { body(pool?.kernelPool, $0.baseAddress, Int32($0.count)) }
    }
  }

  /// The sum of squares of all elements, the same whatever the number of threads.
  func squares(_ what: rs_squared, eta: Double = 0) -> Double {
    var partials = [Double](repeating: 0, count: chunks)
    return run { rs_squares($0, $1, $2, what, eta, &partials) }
  }
}

extension Array where Element == ParameterSlot {
  /// Sets all gradients to 0.
  func clearGradients(pool: ThreadPool? = nil) {
    KernelParameters(self, pool: pool).run { rs_clear_gradients($0, $1, $2) }
  }

  /// Whether no value is infinite or NaN.
  func areFinite(pool: ThreadPool? = nil) -> Bool {
    KernelParameters(self, pool: pool).squares(RS_OF_VALUES).isFinite
  }
}
