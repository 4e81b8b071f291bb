import CKernels
import Engine

/// One trainable tensor as an optimiser sees it: flat values and their gradient.
public struct ParameterSlot {
  /// The name in the state dictionary of the model; unique among the parameters.
  public let name: String
  /// The element type of value and gradient.
  public let type: rs_type
  /// The number of elements.
  public let count: Int
  /// The values, changed by a step; owned by the caller.
  public let value: UnsafeMutableRawPointer
  /// The gradient, changed by clipping only; owned by the caller.
  public let gradient: UnsafeMutableRawPointer
  /// Whether weight decay applies, whatever the optimiser's settings say.
  public let decays: Bool
  /// What it is for: optimisers can leave norms and biases out of weight decay.
  public let role: ParameterRole
  /// The factor of the learning rate for this tensor.
  public var rateFactor = 1.0

  /// Describes a tensor; the memory must stay where it is while the slot is in use.
  public init(
    name: String, type: rs_type, count: Int, value: UnsafeMutableRawPointer,
    gradient: UnsafeMutableRawPointer, decays: Bool = true,
    role: ParameterRole = .weight(fanIn: 1)
  ) {
    self.name = name
    self.type = type
    self.count = count
    self.value = value
    self.gradient = gradient
    self.decays = decays
    self.role = role
  }
}

extension ParameterStore {
  /// The trained parameters as an optimiser takes them, in the graph's order.
  ///
  /// All of them decay, biases and norms too, as in PyTorch; an optimiser whose setting
  /// `decay_norms_and_biases` is false leaves those out by their role.
  public var slots: [ParameterSlot] {
    declarations.indices.compactMap { index in
      guard let gradient = gradientPointer(index) else { return nil }
      return ParameterSlot(
        name: declarations[index].name, type: type.kernelType, count: declarations[index].count,
        value: pointer(index), gradient: gradient, role: declarations[index].role)
    }
  }
}
