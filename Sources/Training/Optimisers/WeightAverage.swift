import CKernels

/// An exponential moving average of the weights, which is often better than the last weights.
///
/// It starts at the weights of the first call and follows average = decay average + (1 - decay) w.
public struct WeightAverage: Sendable {
  private static let moment = "average"

  /// How much of the average is kept at each update.
  public let decay: Double
  /// Whether the first updates keep less: decay_t = min(decay, (1 + t) / (10 + t)), t = 1, 2, ….
  public let warmsUp: Bool
  /// The number of updates and the averages, in the order of the parameters; `average.` stands
  /// before their names.
  public private(set) var state = OptimiserState()

  /// Starts an average at the present weights.
  public init(decay: Double, warmsUp: Bool, parameters: [ParameterSlot]) {
    precondition((0...1).contains(decay), "decay is \(decay)")
    self.decay = decay
    self.warmsUp = warmsUp
    state.tensors = parameters.map { slot in
      let bytes = UnsafeRawBufferPointer(start: slot.value, count: slot.count * slot.type.byteCount)
      return StateTensor(name: "\(Self.moment).\(slot.name)", type: slot.type, bytes: Array(bytes))
    }
  }

  /// Takes over an average from a checkpoint.
  ///
  /// - Throws: ``OptimiserError`` if it belongs to other tensors.
  public mutating func restore(_ saved: OptimiserState, parameters: [ParameterSlot]) throws {
    state = try saved.arranged(for: parameters, moments: [Self.moment])
  }

  /// Moves the average towards the present weights.
  public mutating func update(_ parameters: [ParameterSlot]) {
    precondition(
      parameters.count == state.tensors.count,
      "\(parameters.count) parameters for \(state.tensors.count) averages")
    state.step += 1
    let t = Double(state.step)
    let decay = warmsUp ? min(decay, (1 + t) / (10 + t)) : decay
    for (index, slot) in parameters.enumerated() {
      state.tensors[index].bytes.withUnsafeMutableBytes { average in
        precondition(average.count == slot.count * slot.type.byteCount, "size of \(slot.name)")
        rs_moving_average(slot.type, slot.count, average.baseAddress, slot.value, decay)
      }
    }
  }

  /// Writes the averages over the weights, such as before validation or saving.
  public func copy(to parameters: [ParameterSlot]) {
    for (tensor, slot) in zip(state.tensors, parameters) {
      tensor.bytes.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(start: slot.value, count: $0.count).copyMemory(from: $0)
      }
    }
  }
}
