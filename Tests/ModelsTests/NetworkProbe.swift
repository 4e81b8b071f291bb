import Configuration
import Engine
import YAML

@testable import Models

/// The registered architecture of this name with settings given as YAML.
func makeModel(_ name: String, _ settings: String = "{}") throws -> any Model {
  let type = ModelRegistry.all.first { $0.component.name == name } ?? UNet.self
  precondition(type.component.name == name, "no model '\(name)'")
  return type.init(
    try Settings(
      decoding: YAMLNode.parse(text: settings), as: type.component.settings,
      in: DecodingContext(
        file: "", baseDirectory: "", catalogue: Catalogue(ModelRegistry.components))))
}

/// A network with random weights and input, and the loss Σ coefficient · output.
final class NetworkProbe {
  let graph: Graph
  let store: ParameterStore
  let executor: Executor
  var input: [Double]
  private let coefficients: [Double]

  init(
    _ graph: Graph, _ shape: Shape, isTraining: Bool, type: ElementType = .float64,
    threads: Int = 2, kernels: KernelChoice = .exact
  ) throws {
    self.graph = graph
    store = ParameterStore(graph: graph, type: type, withGradients: isTraining)
    store.initialise(seed: 1)
    executor = Executor(
      plan: try Plan(
        graph: graph, inputShapes: [shape], isTraining: isTraining, type: type, threads: threads,
        kernels: kernels),
      parameters: store, pool: ThreadPool(threads: threads))
    var generator = SeededGenerator(seed: 2)
    input = (0..<shape.count).map { _ in generator.normal() }
    coefficients = (0..<executor.outputs[0].shape.count).map { _ in generator.normal() }
  }

  func outputs() -> [Double] {
    executor.inputs[0].write(input)
    executor.forward()
    return executor.outputs[0].doubles()
  }

  func loss() -> Double { zip(outputs(), coefficients).reduce(0) { $0 + $1.0 * $1.1 } }

  func gradients() -> [[Double]] {
    store.clearGradients()
    _ = outputs()
    executor.outputGradients[0].write(coefficients)
    executor.backward()
    return store.declarations.indices.map { store.gradientDoubles($0) }
  }

  /// The central difference of the loss by one element of a parameter.
  func difference(parameter: Int, element: Int) -> Double {
    let original = store.doubles(parameter)
    func loss(moved step: Double) -> Double {
      var moved = original
      moved[element] += step
      store.set(parameter, to: moved)
      defer { store.set(parameter, to: original) }
      return self.loss()
    }
    return (loss(moved: 1e-6) - loss(moved: -1e-6)) / 2e-6
  }
}
