import Glibc

/// The parameters of a graph with their gradients: one block of memory each, in PyTorch's layouts.
///
/// Executors for different image sizes share one store. After changing values call `didChange()`.
public final class ParameterStore {
  /// What is stored, in the graph's order.
  public let declarations: [ParameterDeclaration]
  /// Type of the elements.
  public let type: ElementType
  /// Raised by `didChange()`; executors compare it to know when to prepare weights again.
  public private(set) var version = 1

  private let offsets: [Int]
  private let values: Memory
  private let gradients: Memory?

  /// Makes a store of zeros.
  ///
  /// - Parameters:
  ///   - graph: The network whose parameters are stored.
  ///   - type: Type of the elements.
  ///   - withGradients: Whether there is a gradient for each.
  public init(graph: Graph, type: ElementType = .float32, withGradients: Bool = false) {
    declarations = graph.parameters
    self.type = type
    var end = 0
    offsets = graph.parameters.map { declaration in
      defer { end += Arena.rounded(declaration.count * type.size) }
      return end
    }
    values = Memory(byteCount: end)
    gradients = withGradients ? Memory(byteCount: end) : nil
  }

  /// Elements of all parameters that are trained.
  public var trainedCount: Int {
    declarations.filter(\.role.isTrained).map(\.count).reduce(0, +)
  }

  /// The elements of a parameter.
  public func pointer(_ index: Int) -> UnsafeMutableRawPointer { values.pointer + offsets[index] }

  /// The gradient of a parameter; nil for statistics and where there are no gradients.
  public func gradientPointer(_ index: Int) -> UnsafeMutableRawPointer? {
    guard let gradients, declarations[index].role.isTrained else { return nil }
    return gradients.pointer + offsets[index]
  }

  /// Sets all gradients to zero.
  public func clearGradients() { gradients?.clear() }

  /// Tells executors that values have changed.
  public func didChange() { version += 1 }

  /// The values of a parameter in PyTorch's layout.
  public func doubles(_ index: Int) -> [Double] { flatView(pointer(index), index).doubles() }

  /// The gradient of a parameter in PyTorch's layout; empty where it has none.
  public func gradientDoubles(_ index: Int) -> [Double] {
    guard let gradient = gradientPointer(index) else { return [] }
    return flatView(gradient, index).doubles()
  }

  /// Replaces the values of a parameter.
  public func set(_ index: Int, to newValues: [Double]) {
    flatView(pointer(index), index).write(newValues)
    didChange()
  }

  /// First values for training: normal by fan-in for weights (He 2015), of deviation 0.02 in
  /// transformers (Vaswani 2017, as in BERT), 1 and 0 for norms, 0.25 for slopes.
  public func initialise(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for (index, declaration) in declarations.enumerated() {
      switch declaration.role {
      case .weight(let fanIn):
        let deviation = (2 / Double(fanIn)).squareRoot()
        set(index, to: (0..<declaration.count).map { _ in deviation * generator.normal() })
      case .projection:
        set(index, to: (0..<declaration.count).map { _ in 0.02 * generator.normal() })
      case .bias, .normBias, .runningMean:
        set(index, to: Array(repeating: 0, count: declaration.count))
      case .slope:
        set(index, to: Array(repeating: 0.25, count: declaration.count))
      case .normWeight, .runningVariance:
        set(index, to: Array(repeating: 1, count: declaration.count))
      }
    }
  }

  /// Copies all values from a store of the same graph and type.
  public func copyValues(from other: ParameterStore) {
    precondition(other.declarations == declarations && other.type == type, "stores differ")
    values.pointer.copyMemory(from: other.values.pointer, byteCount: values.byteCount)
    didChange()
  }

  private func flatView(_ pointer: UnsafeMutableRawPointer, _ index: Int) -> TensorView {
    TensorView(pointer: pointer, type: type, shape: Shape(1, 1, 1, declarations[index].count))
  }
}
