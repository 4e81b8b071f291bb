import Engine

extension Trainer {
  /// All that this training needs to go on.
  ///
  /// - Parameters:
  ///   - key: What it follows from.
  ///   - generator: The state of the generator that draws windows.
  public func checkpoint(key: String, generator: [UInt64]) -> Checkpoint {
    Checkpoint(
      key: key, progress: progress, generator: generator, weights: parameters.tensors,
      best: best.tensors, optimiser: optimiser.state)
  }

  /// Goes on where a checkpoint was made; windows must be drawn on from its generator.
  ///
  /// - Throws: `TrainingError` or `OptimiserError` if it is that of another training.
  public func restore(_ checkpoint: Checkpoint) throws {
    guard checkpoint.progress.records.count <= options.epochs else {
      throw TrainingError("the checkpoint is that of a longer training")
    }
    try optimiser.restore(checkpoint.optimiser, parameters: slots)
    try parameters.restore(checkpoint.weights)
    try best.restore(checkpoint.best)
    progress = checkpoint.progress
  }
}
