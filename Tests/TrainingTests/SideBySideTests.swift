import Configuration
import Engine
import Foundation
import Models
import TestSupport
import Testing
import Training

/// One half of `Tests/Peers/side_by_side.py`, which lays out trainings, has them run here, and
/// compares with PyTorch.
///
/// The folder holds one training, or one in each of its folders: `recipe.json`,
/// `start.safetensors`, `batches.safetensors` (`input`, (steps · N, H, W, bands); `labels`, 255
/// ignored; absent for 0 steps) and perhaps `predict.safetensors` (`input`). Written beside them:
/// `losses.json`, `final.safetensors` and, if there is something to predict, `logits.safetensors`.
@Suite(
  .enabled(
    if: SideBySide.path != nil,
    "set RSPIPE_SIDE_BY_SIDE to the folder that Tests/Peers/side_by_side.py has laid out"))
struct SideBySideTests {
  @Test func trainsEveryRecipeOfTheFolder() throws {
    let path = try #require(SideBySide.path)
    let files = FileManager.default
    let names = try files.contentsOfDirectory(atPath: path).sorted()
    let folders = [path] + names.map { "\(path)/\($0)" }
    let trainings = folders.filter { files.fileExists(atPath: "\($0)/recipe.json") }
    #expect(!trainings.isEmpty, "no recipe.json in \(path)")
    for folder in trainings {
      try SideBySide(folder: ReferenceFolder(path: folder)).run()
    }
  }
}

/// One training.
private struct SideBySide {
  /// The folder that `RSPIPE_SIDE_BY_SIDE` names, or nil.
  static var path: String? {
    let path = ProcessInfo.processInfo.environment["RSPIPE_SIDE_BY_SIDE"] ?? ""
    return path.isEmpty ? nil : path
  }

  let folder: ReferenceFolder
  let recipe: JSONValue
  let graph: Graph
  let classes: Int
  let kernels: KernelChoice
  let store: ParameterStore
  /// What is computed does not depend on how many there are.
  let pool = ThreadPool(threads: 1)

  init(folder: ReferenceFolder) throws {
    self.folder = folder
    recipe = try folder.json("recipe")
    kernels = try #require(recipe["exact"]?.bool) ? .exact : .fast
    let type = try #require(component(of: ModelRegistry.all, recipe["model"]) { $0.component })
    let model = type.init(
      try settings(type.component, recipe["model"]?["settings"]?.members ?? []))
    classes = try #require(recipe["classes"]?.int)
    graph = try model.graph(bands: try #require(recipe["bands"]?.int), outputs: classes)
    store = ParameterStore(graph: graph, withGradients: true)
    try store.load(
      try folder.tensors("start"),
      naming: {
        $0.hasSuffix("num_batches_tracked") ? nil : type.parameterName(inCheckpoint: $0)
      })
  }

  func run() throws {
    let steps = try #require(recipe["steps"]?.int)
    let losses = steps > 0 ? try train(steps: steps) : []
    try write(try JSONEncoder().encode(losses), "losses.json")
    try write(Data(try store.encoded(metadata: ["format": "pt"])), "final.safetensors")
    if folder.holds("predict.safetensors") { try predict() }
  }

  /// The loss of each step, before the step.
  private func train(steps: Int) throws -> [Double] {
    let tensors = try folder.tensors("batches")
    let dims = try #require(tensors.shape("input"))
    let shape = Shape(dims[0] / steps, dims[1], dims[2], dims[3])
    let input = try tensors.doubles("input")
    let labels = try tensors.integers("labels").map { UInt8($0) }
    let trainer = try self.trainer(shape, steps: recipe["total_steps"]?.int ?? steps)
    return try (0..<steps).map { step in
      let pixels = step * shape.pixels..<(step + 1) * shape.pixels
      let values = pixels.lowerBound * shape.channels..<pixels.upperBound * shape.channels
      trainer.makeBatch().input.write(Array(input[values]))
      return try trainer.step(target: .labels(Array(labels[pixels])), index: step).loss
    }
  }

  private func trainer(_ shape: Shape, steps: Int) throws -> Trainer {
    let losses = try #require(recipe["losses"]?.array).map { entry in
      let type = try #require(component(of: LossRegistry.all, entry) { $0.component })
      return (
        name: type.component.name,
        settings: try settings(type.component, entry["settings"]?.members ?? [])
      )
    }
    let optimiser = recipe["optimiser"]
    let optimiserType = try #require(
      component(of: OptimiserRegistry.all, optimiser) { $0.component })
    let schedule = recipe["schedule"]
    let scheduleType = try #require(component(of: ScheduleRegistry.all, schedule) { $0.component })
    return try Trainer(
      parameters: store, graph: graph, batchShape: shape,
      loss: WeightedSum(losses, classes: classes),
      optimiser: try OptimiserRegistry.make(
        optimiserType.component.name,
        settings: try settings(
          optimiserType.component, optimiser?["settings"]?.members ?? [])),
      schedule: scheduleType.init(
        try settings(scheduleType.component, schedule?["settings"]?.members ?? [])),
      options: TrainingOptions(epochs: 1, stepsPerEpoch: steps), pool: pool, kernels: kernels)
  }

  private func predict() throws {
    let tensors = try folder.tensors("predict")
    let dims = try #require(tensors.shape("input"))
    let plan = try Plan(
      graph: graph, inputShapes: [Shape(dims[0], dims[1], dims[2], dims[3])], isTraining: false,
      threads: pool.threads, kernels: kernels)
    let executor = Executor(plan: plan, parameters: store, pool: pool)
    executor.inputs[0].write(try tensors.doubles("input"))
    executor.forward()
    let logits = executor.outputs[0]
    let bytes = SafeTensorsWriter.encode(
      tensors: [
        (
          "logits",
          [logits.shape.images, logits.shape.height, logits.shape.width, logits.shape.channels],
          logits.doubles().map(Float.init)
        )
      ], metadata: [:])
    try write(Data(bytes), "logits.safetensors")
  }

  private func write(_ data: Data, _ name: String) throws {
    try data.write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
  }
}

/// The type that an entry `{"name": …, "settings": {…}}` of a recipe names; nil if there is none.
private func component<Kind>(
  of all: [Kind], _ entry: JSONValue?, component: (Kind) -> Component
) -> Kind? {
  all.first { component($0).name == entry?["name"]?.string }
}
