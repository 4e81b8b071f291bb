import CKernels
import Engine

/// An exponential moving average of the weights, which is often better than the last weights.
///
/// It starts at the weights of the first call and follows average = decay average + (1 - decay) w.
public struct WeightAverage: Sendable {
  private static let moment = "average"

  /// How much of the average is kept at each update.
  public let decay: Double
  /// Whether the first updates keep less: decay_t = min(decay, (1 + t) / (10 + t)), t = 1, 2, ….
  public let warmsUp: Bool
  private var kept = Moments()

  /// Starts an average at the present weights.
  public init(decay: Double, warmsUp: Bool, parameters: [ParameterSlot]) {
    precondition((0...1).contains(decay), "decay is \(decay)")
    self.decay = decay
    self.warmsUp = warmsUp
    kept.state = OptimiserState(
      tensors: parameters.map { slot in
        let bytes = UnsafeRawBufferPointer(
          start: slot.value, count: slot.count * slot.type.byteCount)
        return StateTensor(
          name: "\(Self.moment).\(slot.name)", type: slot.type, bytes: Array(bytes))
      })
  }

  /// The number of updates and the averages, in the order of the parameters; `average.` stands
  /// before their names.
  public var state: OptimiserState { kept.state }

  /// Takes over an average from a checkpoint.
  ///
  /// - Throws: ``OptimiserError`` if it belongs to other tensors.
  public mutating func restore(_ saved: OptimiserState, parameters: [ParameterSlot]) throws {
    kept.state = try saved.arranged(for: parameters, moments: [Self.moment])
  }

  /// Moves the average towards the present weights.
  public mutating func update(_ parameters: [ParameterSlot], pool: ThreadPool? = nil) {
    kept.begin(parameters, [Self.moment])
    let t = Double(kept.step)
    let decay = warmsUp ? min(decay, (1 + t) / (10 + t)) : decay
    KernelParameters(parameters, pool: pool, moments: kept).run {
      rs_moving_average($0, $1, $2, decay)
    }
  }

  /// Writes the averages over the weights, such as before validation or saving.
  public func copy(to parameters: [ParameterSlot]) {
    KernelParameters(parameters, pool: nil, moments: kept).run { rs_restore($0, $1, $2) }
  }

  /// Writes the averages over the weights of the same names in a store.
  public func copy(to store: ParameterStore) {
    let indices = Dictionary(
      uniqueKeysWithValues: store.declarations.enumerated().map {
        ("\(Self.moment).\($1.name)", $0)
      })
    kept.forEach { name, bytes in
      guard let index = indices[name] else { preconditionFailure("the store has no \(name)") }
      precondition(
        bytes.count == store.declarations[index].count * store.type.size, "size of \(name)")
      UnsafeMutableRawBufferPointer(start: store.pointer(index), count: bytes.count)
        .copyMemory(from: bytes)
    }
    store.didChange()
  }
}
