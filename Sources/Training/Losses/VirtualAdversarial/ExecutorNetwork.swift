import Engine

/// An executor as a ``DifferentiableNetwork``; running statistics stay as they are.
///
/// Its plan is one for training with gradients of inputs, of one input and one output.
public final class ExecutorNetwork: DifferentiableNetwork {
  private let executor: Executor
  private var statistics: RunningStatistics

  /// Wraps an executor, which stays usable by others between calls.
  public init(_ executor: Executor) {
    precondition(
      executor.plan.context.isTraining && executor.plan.context.withInputGradients,
      "the plan has no gradients of inputs")
    self.executor = executor
    statistics = RunningStatistics(of: executor.parameters)
  }

  /// The logits, (N, H, W, classes), of an input, (N, H, W, channels).
  public func logits(of input: [Double]) -> [Double] {
    executor.inputs[0].write(input)
    statistics.keep(executor.parameters)
    executor.forward()
    statistics.restore(executor.parameters)
    return executor.outputs[0].doubles()
  }

  /// Goes back from the logits given last.
  public func backward(from gradient: [Double], addsToParameters: Bool) -> [Double] {
    executor.outputGradients[0].write(gradient)
    let slots = addsToParameters ? [] : executor.parameters.slots
    let kept = slots.map { slot in
      Array(UnsafeRawBufferPointer(start: slot.gradient, count: slot.count * slot.type.byteCount))
    }
    executor.backward()
    for (slot, bytes) in zip(slots, kept) {
      UnsafeMutableRawBufferPointer(start: slot.gradient, count: bytes.count).copyBytes(from: bytes)
    }
    return executor.inputGradients[0].doubles()
  }
}
