import CKernels

/// The kernel behind sums, dropout and drop path: y = or += a + factor mask b.
struct MaskedSum {
  private let call: OperationCall

  init(_ call: OperationCall) { self.call = call }

  /// Writes `b`, times a mask and a factor, plus `a`.
  func write(
    _ b: TensorView, mask: TensorView? = nil, factor: Double = 1, plus a: TensorView? = nil,
    to y: TensorView, accumulates: Bool
  ) {
    var (a, mask) = (a?.kernelView, mask?.kernelView)
    withViews(b, y) { b, y in
      withOptionalPointer(to: &a) { a in
        withOptionalPointer(to: &mask) { mask in
          rs_masked_sum(
            call.type.kernelType, call.pool.handle, a, b, mask, factor, y, accumulates ? 1 : 0)
        }
      }
    }
  }

  private func withOptionalPointer(
    to view: inout rs_view?, _ body: (UnsafePointer<rs_view>?) -> Void
  ) {
    guard var some = view else { return body(nil) }
    body(&some)
  }
}
