import Configuration
import Engine
import Models
import TestSupport
import Testing
import Training

/// Every trace of `traces.json` whose model and loss are built: losses, gradients and weights of
/// some training steps, against PyTorch's in float64.
struct ReferenceTraceTests {
  static let folder = ReferenceFolder()

  @Test(arguments: [KernelChoice.fast, .exact, .naive], [ElementType.float32, .float64])
  func trainingFollowsPyTorch(kernels: KernelChoice, type: ElementType) throws {
    var tally = ReferenceTally("traces, \(kernels), \(type)")
    let models = try Self.folder.json("models")
    for (name, entry) in try Self.folder.json("traces").members {
      let modelFile = try #require(entry["model"]?.string)
      let modelName = String(modelFile.dropLast(".safetensors".count))
      let config = try #require(models[modelName]?["config"])
      guard let graph = try referenceGraph(config) else {
        tally.notBuiltYet(name)
        continue
      }
      guard tally.finds(modelFile, in: Self.folder),
        tally.finds("\(name).safetensors", in: Self.folder)
      else { continue }
      let trace = try ReferenceTrace(
        name: name, entry: entry, graph: graph, naming: referenceNaming(config),
        folder: Self.folder, kernels: kernels, type: type)
      try trace.check(&tally)
    }
    print(tally)
    #expect(tally.comparedCount > 0)
  }
}

/// One trace, replayed.
private struct ReferenceTrace {
  let name: String
  let entry: JSONValue
  let tensors: SafeTensors
  let store: ParameterStore
  let trainer: Trainer
  let type: ElementType
  /// The names that the file uses for the network's parameters.
  let storedNames: [String: String]
  /// Parameters whose gradient is 0 but for rounding.
  let zeroGradients: Set<String>

  init(
    name: String, entry: JSONValue, graph: Graph, naming: (String) -> String?,
    folder: ReferenceFolder, kernels: KernelChoice, type: ElementType
  ) throws {
    self.name = name
    self.entry = entry
    self.type = type
    tensors = try folder.tensors(name)
    store = ParameterStore(graph: graph, type: type, withGradients: true)
    let file = try #require(entry["model"]?.string)
    let weights = try folder.tensors(String(file.dropLast(".safetensors".count)))
    try store.load(weights, naming: naming)
    storedNames = Dictionary(
      uniqueKeysWithValues: weights.names.compactMap { stored in
        naming(stored).map { ($0, stored) }
      })
    zeroGradients = Set((entry["zero_gradient_tensors"]?.strings ?? []).compactMap(naming))
    let dims = try #require(tensors.shape("input"))
    let shape = Shape(dims[0], dims[1], dims[2], dims[3])
    let classes = graph.parameters.last?.shape.first ?? 1
    let steps = try #require(entry["steps"]?.int)
    let optimiser = try #require(entry["optimiser"])
    trainer = try Trainer(
      parameters: store, graph: graph, batchShape: shape,
      loss: WeightedSum(try lossTerms(entry), classes: classes),
      optimiser: try OptimiserRegistry.make(
        try #require(optimiser["kind"]?.string).lowercased(),
        settings: try optimiserSettings(optimiser)),
      schedule: try schedule(entry["recipe"]?["schedule"]),
      options: TrainingOptions(
        epochs: 1, stepsPerEpoch: steps, clipNorm: entry["recipe"]?["clip_norm"]?.double,
        average: entry["recipe"]?["ema_decay"]?.double.map { .init(decay: $0) }),
      pool: ThreadPool(threads: 2), kernels: kernels)
  }

  func check(_ tally: inout ReferenceTally) throws {
    let input = try tensors.doubles("input")
    let labels = try tensors.integers("target").map { UInt8($0) }
    let losses = try #require(entry["loss_per_step"]?.doubles)
    let bands = try #require(entry["torch_float32_loss_difference_per_step"]?.doubles)
    let norms = try #require(entry["grad_l2_per_step"]?.doubles)
    for (step, expected) in losses.enumerated() {
      trainer.makeBatch().input.write(input)
      let result = try trainer.step(target: .labels(labels), index: step)
      if step == 0 {
        try checkFirstStep(clippedBy: clipping(result.gradientNorm), &tally)
        #expect(abs(result.gradientNorm - norms[0]) <= 1e-4 * norms[0], "\(name), norm")
      }
      let tolerance = type == .float64 ? 1e-7 : 10 * bands[step] + 1e-6
      #expect(abs(result.loss - expected) <= tolerance, "\(name), step \(step): \(result.loss)")
      tally.compared()
    }
    try checkWeights("final", &tally)
    try checkAverage(&tally)
  }

  /// The tensor of a parameter in a section of the file.
  private func tensor(_ section: String, _ parameter: String) -> String {
    "\(section)/\(storedNames[parameter] ?? parameter)"
  }

  /// What clipping has multiplied the gradients in the store with.
  private func clipping(_ norm: Double) -> Double {
    min(1, (entry["recipe"]?["clip_norm"]?.double ?? .infinity) / norm)
  }

  private func checkFirstStep(
    clippedBy factor: Double, _ tally: inout ReferenceTally
  ) throws {
    let expected = try tensors.doubles("step0/logits")
    let error = maxAbsDifference(trainer.logits.doubles(), expected)
    #expect(error <= 1e-4 * maxAbs(expected), "\(name), logits: \(error)")
    for (index, declaration) in store.declarations.enumerated() where declaration.role.isTrained {
      let tensor = tensor("step0/grad", declaration.name)
      guard tally.finds(tensor, in: tensors) else { continue }
      let gradient = try tensors.doubles(tensor)
      let tolerance =
        zeroGradients.contains(declaration.name) ? 1e-6 : 1e-4 * maxAbs(gradient)
      let error = maxAbsDifference(store.gradientDoubles(index).map { $0 / factor }, gradient)
      #expect(error <= tolerance, "\(name), \(tensor): \(error)")
      tally.compared()
    }
  }

  /// The average of the weights after each step, as near as the weights themselves.
  private func checkAverage(_ tally: inout ReferenceTally) throws {
    guard let average = trainer.weightAverage else { return }
    let band = try #require(entry["torch_float32_final_weight_max_abs_difference"]?.double)
    for averaged in average.state.tensors {
      let name = String(averaged.name.dropFirst("average.".count))
      let stored = tensor("average", name)
      guard !zeroGradients.contains(name), tally.finds(stored, in: tensors) else { continue }
      let expected = try tensors.doubles(stored)
      let error = maxAbsDifference(averaged.values, expected)
      let tolerance = type == .float64 ? 1e-6 * max(1, maxAbs(expected)) : 10 * band + 1e-6
      #expect(error <= tolerance, "\(self.name), average/\(name): \(error)")
      tally.compared()
    }
  }

  /// Final or averaged weights, within ten times the distance of float32 PyTorch runs; in float64
  /// within rounding of the stored float32.
  private func checkWeights(_ section: String, _ tally: inout ReferenceTally) throws {
    let band = try #require(entry["torch_float32_final_weight_max_abs_difference"]?.double)
    for (index, declaration) in store.declarations.enumerated()
    where declaration.role.isTrained && !zeroGradients.contains(declaration.name) {
      let tensor = tensor(section, declaration.name)
      guard tally.finds(tensor, in: tensors) else { continue }
      let expected = try tensors.doubles(tensor)
      let error = maxAbsDifference(store.doubles(index), expected)
      let tolerance = type == .float64 ? 1e-6 * max(1, maxAbs(expected)) : 10 * band + 1e-6
      #expect(error <= tolerance, "\(name), \(tensor): \(error)")
      tally.compared()
    }
  }
}

/// The schedule of a recipe: a linear rise to the base, then the polynomial fall as far as it is.
private func schedule(_ recipe: JSONValue?) throws -> any Schedule {
  guard let recipe else { return ConstantSchedule(try settings(ConstantSchedule.component)) }
  return PolynomialSchedule(
    try settings(
      PolynomialSchedule.component,
      [
        ("warmup", try #require(recipe["warmup"])), ("power", try #require(recipe["power"])),
        ("warmup_form", .text("rise")),
      ]))
}

/// The weighted losses of a trace: `[[0.25, "bce", {}], [0.75, "region", {…}]]`.
private func lossTerms(_ entry: JSONValue) throws -> [(name: String, settings: Settings)] {
  try #require(entry["loss"]?.array).map { term in
    let name = try #require(term[1]?.string)
    let type = try #require(LossRegistry.all.first { $0.component.name == name })
    let decodedSettings = try settings(type.component, try #require(term[2]).members)
    var values = decodedSettings.values
    values["weight"] = .number(try #require(term[0]?.double))
    return (name, Settings(values: values))
  }
}

private func optimiserSettings(_ entry: JSONValue) throws -> Settings {
  let kind = try #require(entry["kind"]?.string).lowercased()
  let type = try #require(OptimiserRegistry.all.first { $0.component.name == kind })
  var members: [(String, JSONValue)] = []
  if let beta1 = entry["beta1"], let beta2 = entry["beta2"] {
    members.append(("betas", .list([beta1, beta2])))
  }
  for (key, value) in entry.members where !["kind", "beta1", "beta2"].contains(key) {
    members.append((key == "lr" ? "learning_rate" : key, value))
  }
  return try settings(type.component, members)
}

/// The network that a `config` of `models.json` describes, without anything random; nil if it isn't
/// built yet.
private func referenceGraph(_ config: JSONValue) throws -> Graph? {
  let bands = try #require(config["bands"]?.int)
  let classes = try #require(config["classes"]?.int)
  switch config["architecture"]?.string {
  case "unet":
    return UNet(
      base: try #require(config["base"]?.int), depth: try #require(config["depth"]?.int)
    ).graph(bands: bands, outputs: classes)
  case "cgnet":
    return CGNet(
      secondBlocks: try #require(config["M"]?.int), thirdBlocks: try #require(config["N"]?.int)
    ).graph(bands: bands, outputs: classes)
  case "segformer":
    return SegFormer(
      widths: SegFormer.Widths(
        hiddenSizes: try #require(config["hidden_sizes"]?.ints),
        depths: try #require(config["depths"]?.ints), heads: try #require(config["heads"]?.ints),
        decoder: try #require(config["decoder_hidden_size"]?.int)),
      dropPath: 0, dropout: 0
    ).graph(bands: bands, outputs: classes)
  default: return nil
  }
}

/// From the names of a reference file to those of the network.
private func referenceNaming(_ config: JSONValue) -> (String) -> String? {
  let isSegFormer = config["architecture"]?.string == "segformer"
  return { isSegFormer ? SegFormer.parameterName(inCheckpoint: $0) : $0 }
}
