import Configuration
import Engine

/// What changes from step to step beside the gradient.
public struct OptimiserStep: Sendable {
  /// The learning rate; that of a tensor is this times its `rateFactor`.
  public var rate: Double
  /// Takes the place of the momentum (of beta1) in the settings; nil: the settings count.
  ///
  /// An optimiser without momentum has none to replace.
  public var momentum: Double?
  /// The threads; nil: the caller's alone.
  ///
  /// Results do not depend on it.
  public var pool: ThreadPool?

  /// Describes a step.
  public init(rate: Double, momentum: Double? = nil, pool: ThreadPool? = nil) {
    self.rate = rate
    self.momentum = momentum
    self.pool = pool
  }
}

/// A rule that moves parameters against their gradient.
///
/// An optimiser is a value: copying it copies its state. One optimiser is one file, one line in
/// ``OptimiserRegistry/all`` and one test file.
public protocol Optimiser: Sendable {
  /// The name, summary, formula and keys, of family `optimiser`.
  static var component: Component { get }

  /// The names of the tensors kept for every parameter, as PyTorch calls them; at most three.
  var moments: [String] { get }

  /// The learning rate written in the settings, from which a schedule starts.
  var learningRate: Double { get }

  /// What a checkpoint must hold to go on as if nothing had happened.
  var state: OptimiserState { get set }

  /// Where the gradient is to be taken instead of at the weights; nil: at the weights.
  var perturbation: Perturbation? { get }

  /// Makes the optimiser from decoded settings, before its first step.
  init(_ settings: Settings) throws

  /// Moves all parameters by one step.
  ///
  /// - Parameters:
  ///   - parameters: The same tensors, in the same order, at every step.
  ///   - step: The rate, and the threads that may help.
  mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep)
}

extension Optimiser {
  /// Most take the gradient at the weights.
  public var perturbation: Perturbation? { nil }

  /// Moves all parameters by one step of this rate.
  public mutating func step(parameters: [ParameterSlot], rate: Double) {
    step(parameters, OptimiserStep(rate: rate))
  }

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
