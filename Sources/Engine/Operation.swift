import CKernels

/// What a parameter is for: it decides the first values, and whether weight decay applies.
public enum ParameterRole: Sendable, Equatable {
  /// Weights with this many inputs to each output.
  case weight(fanIn: Int)
  /// Weights of a linear map in a transformer.
  case projection
  /// An additive constant.
  case bias
  /// The factor of a normalisation.
  case normWeight
  /// The additive constant of a normalisation.
  case normBias
  /// The slope of a rectifier below 0.
  case slope
  /// A statistic that training updates without a gradient.
  case runningMean
  /// A statistic that training updates without a gradient.
  case runningVariance

  /// Whether it gets a gradient and an optimiser step.
  public var isTrained: Bool { self != .runningMean && self != .runningVariance }
}

/// A parameter that an operation needs: its name within the operation, its shape in PyTorch's
/// layout, and its role.
public struct ParameterDeclaration: Sendable, Equatable {
  /// The name; in a graph it is the full path, as in a PyTorch state dict.
  public let name: String
  /// PyTorch's layout: (out, in / groups, kh, kw) for convolutions.
  public let shape: [Int]
  /// What it is for.
  public let role: ParameterRole

  /// Declares a parameter.
  public init(_ name: String, _ shape: [Int], _ role: ParameterRole) {
    self.name = name
    self.shape = shape
    self.role = role
  }

  /// Elements.
  public var count: Int { shape.reduce(1, *) }
}

/// How kernels are chosen.
public enum KernelChoice: Sendable {
  /// The fastest for each shape.
  case fast
  /// Without Winograd's transforms, whose rounding is a few times larger.
  case exact
  /// Plain loops, the oracle of the tests.
  case naive
}

/// What an operation is told when its memory is planned.
public struct PlanContext: Sendable {
  /// Element type.
  public let type: ElementType
  /// Whether a backward pass will follow.
  public let isTraining: Bool
  /// Whether the backward pass goes on to the graph's inputs.
  public let withInputGradients: Bool
  /// Threads that may each need scratch.
  public let threads: Int
  /// How kernels are chosen.
  public let kernels: KernelChoice
}

/// Memory that an operation needs besides inputs, output and parameters.
public struct Workspace: Sendable {
  /// Bytes that are free again after the call.
  public var scratchBytes = 0
  /// Doubles that the forward pass leaves for the backward pass.
  public var savedDoubles = 0
  /// Bytes for weights in the kernels' own layout, made when parameters change.
  public var preparedBytes = 0
  /// Nothing.
  public static let none = Workspace()
}

/// Which forward values the backward pass reads; what it doesn't read can be overwritten.
public struct BackwardReads: OptionSet, Sendable {
  /// Bits of the set.
  public let rawValue: Int
  /// Makes a set from its bits.
  public init(rawValue: Int) { self.rawValue = rawValue }
  /// The inputs.
  public static let inputs = BackwardReads(rawValue: 1)
  /// The output.
  public static let output = BackwardReads(rawValue: 2)
}

/// How an operation's output can share memory with its inputs.
public enum Sharing: Sendable {
  /// Not at all.
  case none
  /// The output may be written over the first input.
  case overwritesInput
  /// The output is the first input, unchanged.
  case isInput
  /// The output is a range of the first input's channels, from this one on, unchanged.
  case rangeOfInput(first: Int)
  /// Each input is a range of the output's channels, in order.
  case containsInputs
}

/// The gradient of an input: where it goes, and whether something is there already.
public struct GradientView {
  /// Where the gradient goes.
  public let view: TensorView
  /// True: add to what is there; false: overwrite.
  public let accumulates: Bool
  /// Whether the norm of the input needs the sums of what is there then.
  let collectsSums: Bool
}

/// One call of an operation: where everything is.
public struct OperationCall {
  let type: ElementType
  let pool: ThreadPool
  let isTraining: Bool
  let kernels: KernelChoice
  let inputs: [TensorView]
  let output: TensorView
  /// Where the largest of each 2×2 pixels of the output go, too.
  let pooled: TensorView?
  /// For each input what is still to be done to its values; nil: nothing.
  let inputNormalisations: [Normalisation?]
  /// What readers of the output still do to its values.
  let outputNormalisation: Normalisation?
  /// In the order of the operation's declarations.
  let parameters: [UnsafeMutableRawPointer]
  var prepared: UnsafeMutableRawPointer
  let saved: UnsafeMutablePointer<Double>
  /// What random draws of training follow from.
  let draws: RandomDraws
  let scratch: UnsafeMutableRawPointer
  // Backward only:
  let outputGradient: TensorView?
  /// nil for an input that needs no gradient.
  let inputGradients: [GradientView?]
  /// Added to; nil for what is not trained.
  let parameterGradients: [UnsafeMutableRawPointer?]

  /// The same call with the prepared weights so many bytes further.
  func preparing(at offset: Int) -> OperationCall {
    var call = self
    call.prepared += offset
    return call
  }

  /// The gradient of the output; only the backward pass may ask.
  var gradient: TensorView {
    guard let outputGradient else { preconditionFailure("no gradient in a forward call") }
    return outputGradient
  }
}

/// A differentiable operation: everything about it that the engine derives the rest from.
///
/// Adding one is one file in `Operations/`, one method of `GraphBuilder` in the same file, and one
/// line in the contract test.
public protocol Operation: Sendable {
  /// The name in listings: `conv2d`.
  var kind: String { get }
  /// The parameters, with names relative to the operation.
  var parameters: [ParameterDeclaration] { get }
  /// The output's shape, or an error that says what doesn't fit.
  func outputShape(of inputs: [Shape]) throws -> Shape
  /// Which input pixels of the graph the output depends on.
  func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField
  /// Which pixels of an input a rectangle of the output depends on, at most the whole shape.
  func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region
  /// Multiply-adds of the forward pass.
  func multiplyAdds(inputs: [Shape], output: Shape) -> Int
  /// The algorithm of its kernels, for listings; nil where there is only one.
  func algorithm(in context: PlanContext) -> String?
  /// Which forward values the backward pass reads.
  var backwardReads: BackwardReads { get }
  /// Whether an input gets a gradient; false where only its size matters.
  func passesGradient(toInput index: Int) -> Bool
  /// Whether the values of an input are read; false where only its size matters.
  func readsValues(ofInput index: Int) -> Bool
  /// How the output can share memory with the inputs.
  func sharing(inputs: [Shape], output: Shape) -> Sharing
  /// This operation with the next one in it, which alone reads its output, and with that one's
  /// parameters behind its own; nil where it cannot.
  func absorbing(_ next: any Operation, in context: PlanContext) -> (any Operation)?
  /// Memory needed besides.
  func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace
  /// Brings parameters into the kernels' layout; called when they have changed.
  func prepare(_ call: OperationCall)
  /// Computes the output.
  func forward(_ call: OperationCall)
  /// Computes gradients of inputs and parameters from the gradient of the output.
  func backward(_ call: OperationCall)
}

extension Operation {
  /// Most operations have no parameters.
  public var parameters: [ParameterDeclaration] { [] }
  /// Pixel by pixel unless told otherwise.
  public func receptiveField(of inputs: [ReceptiveField]) -> ReceptiveField { .union(inputs) }
  /// All of it unless told otherwise.
  public func neededRegion(ofInput index: Int, for output: Region, in input: Shape) -> Region {
    Region(of: input)
  }
  /// Counted for convolutions and matrix products only.
  public func multiplyAdds(inputs: [Shape], output: Shape) -> Int { 0 }
  /// One unless told otherwise.
  public func algorithm(in context: PlanContext) -> String? { nil }
  /// Every input unless told otherwise.
  public func passesGradient(toInput index: Int) -> Bool { true }
  /// Every input unless told otherwise.
  public func readsValues(ofInput index: Int) -> Bool { true }
  /// No sharing unless told otherwise.
  public func sharing(inputs: [Shape], output: Shape) -> Sharing { .none }
  /// Nothing is absorbed unless told otherwise.
  public func absorbing(_ next: any Operation, in context: PlanContext) -> (any Operation)? { nil }
  /// Nothing unless told otherwise.
  public func workspace(inputs: [Shape], output: Shape, in context: PlanContext) -> Workspace {
    .none
  }
  /// Nothing unless told otherwise.
  public func prepare(_ call: OperationCall) {}
}
