import Training

/// The checkpoint of the training that runs, in the work folder.
struct CheckpointFile {
  private let path: String
  private let key: String
  private let note: (String) -> Void

  /// Names the file, which belongs to the work that is being done.
  init(in run: Run) throws {
    path = try run.workPath(TrainStage.checkpointFile)
    key = run.contentKey
    note = run.note
  }

  /// Goes on where a training with the same key was stopped; removes any other.
  ///
  /// - Returns: The checkpoint; nil: the training begins.
  func read(into trainer: Trainer) -> Checkpoint? {
    guard FileSystem.exists(path) else { return nil }
    do {
      let checkpoint = try Checkpoint(path: path)
      guard checkpoint.key == key else {
        note("begins anew: its checkpoint is that of another training")
        FileSystem.remove(path)
        return nil
      }
      try trainer.restore(checkpoint)
      note("goes on after epoch \(checkpoint.progress.records.count)")
      return checkpoint
    } catch {
      note("begins anew: its checkpoint cannot be used: \(error)")
      FileSystem.remove(path)
      return nil
    }
  }

  /// Writes it at once.
  func write(_ trainer: Trainer, generator: [UInt64]) throws {
    try FileSystem.write(trainer.checkpoint(key: key, generator: generator).encoded(), to: path)
  }
}
