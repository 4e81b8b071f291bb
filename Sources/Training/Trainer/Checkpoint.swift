import CKernels
import Engine
import FoundationEssentials

/// How far a training is.
public struct TrainingProgress: Codable, Equatable, Sendable {
  /// One record for each epoch done.
  public var records: [EpochRecord] = []
  /// The best validation score.
  public var bestScore: Double?
  /// Its epoch; 0 before the first.
  public var bestEpoch = 0

  /// Nothing done.
  public init() {}
}

/// All that a training needs to go on as if it had never been stopped: a safetensors file of the
/// weights, the best weights, the optimiser's state and the average of the weights, with the rest as metadata.
public struct Checkpoint: Equatable, Sendable {
  /// What the training followed from; that of another key is of no use.
  public let key: String
  /// How far it is.
  public let progress: TrainingProgress
  /// The state of the generator that draws windows.
  public let generator: [UInt64]
  /// The weights.
  let weights: [StateTensor]
  /// The best weights so far.
  let best: [StateTensor]
  /// What the optimiser remembers.
  let optimiser: OptimiserState
  /// The average of the weights, where there is one.
  let average: OptimiserState?

  /// What is in the file beside tensors.
  private struct Metadata: Codable {
    var key: String
    var progress: TrainingProgress
    var generator: [UInt64]
    var optimiserStep: Int
    var averageStep: Int?
  }

  private static let metadataKey = "rspipe_checkpoint"
  private static let groups = (
    weights: "weights.", best: "best.", optimiser: "optimiser.", average: "average."
  )

  init(
    key: String, progress: TrainingProgress, generator: [UInt64], weights: [StateTensor],
    best: [StateTensor], optimiser: OptimiserState, average: OptimiserState? = nil
  ) {
    self.key = key
    self.progress = progress
    self.generator = generator
    self.weights = weights
    self.best = best
    self.optimiser = optimiser
    self.average = average
  }

  /// Reads a file.
  ///
  /// - Throws: `SafeTensorsError` or `TrainingError` if it is no checkpoint.
  public init(path: String) throws {
    let file = try SafeTensors(path: path)
    guard let text = file.metadata[Checkpoint.metadataKey],
      let metadata = try? JSONDecoder().decode(Metadata.self, from: Data(text.utf8)),
      metadata.generator.count == 4, metadata.generator.contains(where: { $0 != 0 })
    else { throw TrainingError("\(path): not a checkpoint of this program") }
    func tensors(_ prefix: String) throws -> [StateTensor] {
      try file.entries.filter { $0.name.hasPrefix(prefix) }.map { entry in
        StateTensor(
          name: String(entry.name.dropFirst(prefix.count)),
          type: entry.type == .F64 ? RS_FLOAT64 : RS_FLOAT32, bytes: try file.bytes(entry.name))
      }
    }
    try self.init(
      key: metadata.key, progress: metadata.progress, generator: metadata.generator,
      weights: tensors(Checkpoint.groups.weights), best: tensors(Checkpoint.groups.best),
      optimiser: OptimiserState(
        step: metadata.optimiserStep, tensors: tensors(Checkpoint.groups.optimiser)),
      average: metadata.averageStep.map {
        OptimiserState(step: $0, tensors: try tensors(Checkpoint.groups.average))
      })
  }

  /// The bytes of the file.
  public func encoded() throws -> [UInt8] {
    let metadata = Metadata(
      key: key, progress: progress, generator: generator, optimiserStep: optimiser.step,
      averageStep: average?.step)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(metadata), as: UTF8.self)
    func named(_ prefix: String, _ tensors: [StateTensor]) -> [SafeTensorsWriter.Tensor] {
      tensors.map {
        SafeTensorsWriter.Tensor(
          name: prefix + $0.name, type: $0.type == RS_FLOAT64 ? .F64 : .F32, shape: [$0.count],
          bytes: $0.bytes)
      }
    }
    return SafeTensorsWriter.encode(
      named(Checkpoint.groups.weights, weights) + named(Checkpoint.groups.best, best)
        + named(Checkpoint.groups.optimiser, optimiser.tensors)
        + named(Checkpoint.groups.average, average?.tensors ?? []),
      metadata: [Checkpoint.metadataKey: text])
  }
}

extension ParameterStore {
  /// All values, bit by bit.
  var tensors: [StateTensor] {
    declarations.indices.map { index in
      let bytes = UnsafeRawBufferPointer(
        start: pointer(index), count: declarations[index].count * type.size)
      return StateTensor(
        name: declarations[index].name, type: type.kernelType, bytes: Array(bytes))
    }
  }

  /// Takes over all values.
  ///
  /// - Throws: `TrainingError` if they are those of another network; nothing is changed then.
  func restore(_ tensors: [StateTensor]) throws {
    let known = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
    let ordered = try declarations.map { declaration in
      guard let tensor = known[declaration.name], tensor.type == type.kernelType,
        tensor.bytes.count == declaration.count * type.size
      else {
        throw TrainingError("the checkpoint has no tensor '\(declaration.name)' of this size")
      }
      return tensor
    }
    for (index, tensor) in ordered.enumerated() {
      tensor.bytes.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(start: pointer(index), count: $0.count).copyMemory(from: $0)
      }
    }
    didChange()
  }
}
