import CKernels
import Configuration

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
  /// Whether weight decay applies; biases and norms are commonly left out.
  public let decays: Bool

  /// Describes a tensor; the memory must stay where it is while the slot is in use.
  public init(
    name: String, type: rs_type, count: Int, value: UnsafeMutableRawPointer,
    gradient: UnsafeMutableRawPointer, decays: Bool = true
  ) {
    self.name = name
    self.type = type
    self.count = count
    self.value = value
    self.gradient = gradient
    self.decays = decays
  }
}

/// A rule that moves parameters against their gradient.
///
/// An optimiser is a value: copying it copies its state. One optimiser is one file, one line in
/// ``OptimiserRegistry/all`` and one test file.
public protocol Optimiser: Sendable {
  /// The name, summary, formula and keys, of family `optimiser`.
  static var component: Component { get }

  /// The names of the tensors kept for every parameter, as PyTorch calls them.
  var moments: [String] { get }

  /// The learning rate written in the settings, from which a schedule starts.
  var learningRate: Double { get }

  /// What a checkpoint must hold to go on as if nothing had happened.
  var state: OptimiserState { get set }

  /// Makes the optimiser from decoded settings, before its first step.
  init(_ settings: Settings) throws

  /// Moves all parameters by one step.
  ///
  /// - Parameters:
  ///   - parameters: The same tensors, in the same order, at every step.
  ///   - rate: The learning rate of this step.
  mutating func step(parameters: [ParameterSlot], rate: Double)
}

extension Optimiser {
  /// Takes over the state of a checkpoint.
  ///
  /// - Parameters:
  ///   - saved: The state that an optimiser of the same kind had.
  ///   - parameters: The tensors that will be stepped.
  /// - Throws: ``OptimiserError`` if the state belongs to other tensors or another optimiser.
  public mutating func restore(_ saved: OptimiserState, parameters: [ParameterSlot]) throws {
    let isFresh = saved == OptimiserState()
    state = isFresh ? saved : try saved.arranged(for: parameters, moments: moments)
  }
}
