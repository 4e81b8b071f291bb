import CKernels

/// One tensor of an optimiser's state.
public struct StateTensor: Sendable, Equatable {
  /// The moment and the parameter, such as `exp_avg.head.weight`.
  public let name: String
  /// The element type.
  public let type: rs_type
  /// The elements in native byte order.
  public var bytes: [UInt8]

  /// Makes a tensor from its bytes.
  public init(name: String, type: rs_type, bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.bytes = bytes
  }

  /// The number of elements.
  public var count: Int { bytes.count / type.byteCount }

  /// The elements as double, for tests and reports.
  public var values: [Double] {
    bytes.withUnsafeBytes { bytes in
      type == RS_FLOAT64
        ? Array(bytes.bindMemory(to: Double.self))
        : bytes.bindMemory(to: Float.self).map { Double($0) }
    }
  }
}

/// All that an optimiser remembers between steps.
public struct OptimiserState: Sendable, Equatable {
  /// The number of steps done.
  public var step: Int
  /// The moments, all of one parameter together, in the order of the parameters; empty before the
  /// first step or where there are none.
  public var tensors: [StateTensor]

  /// Makes a state; the default is that before the first step.
  public init(step: Int = 0, tensors: [StateTensor] = []) {
    self.step = step
    self.tensors = tensors
  }

  /// The same state in the order of these parameters.
  ///
  /// - Throws: ``OptimiserError`` if a tensor is missing, of another size or type, or left over.
  func arranged(for parameters: [ParameterSlot], moments: [String]) throws -> OptimiserState {
    var rest = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    var ordered: [StateTensor] = []
    for slot in parameters {
      for moment in moments {
        let name = "\(moment).\(slot.name)"
        guard let tensor = rest.removeValue(forKey: name) else {
          throw OptimiserError.missingState(tensor: name)
        }
        guard tensor.type == slot.type else { throw OptimiserError.stateType(tensor: name) }
        let expected = slot.count * slot.type.byteCount
        guard tensor.bytes.count == expected else {
          throw OptimiserError.stateSize(
            tensor: name, expectedBytes: expected, foundBytes: tensor.bytes.count)
        }
        ordered.append(tensor)
      }
    }
    if let name = rest.keys.min() { throw OptimiserError.unknownState(tensor: name) }
    return OptimiserState(step: step, tensors: ordered)
  }
}
