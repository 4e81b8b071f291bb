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
      best: best.tensors, optimiser: optimiser.state, average: average?.state)
  }

  /// Goes on where a checkpoint was made; windows must be drawn on from its generator.
  ///
  /// - Throws: `TrainingError` or `OptimiserError` if it is that of another training.
  public func restore(_ checkpoint: Checkpoint) throws {
    guard checkpoint.progress.records.count <= options.epochs else {
      throw TrainingError("the checkpoint is that of a longer training")
    }
    guard (checkpoint.average == nil) == (average == nil) else {
      throw TrainingError(
        "the checkpoint is that of a training \(average == nil ? "with" : "without") an average "
          + "of its weights")
    }
    if let saved = checkpoint.average { try average?.restore(saved, parameters: slots) }
    try optimiser.restore(checkpoint.optimiser, parameters: slots)
    try parameters.restore(checkpoint.weights)
    try best.restore(checkpoint.best)
    progress = checkpoint.progress
    refreshEvaluated()
  }
}
