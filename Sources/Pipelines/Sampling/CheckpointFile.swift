import FoundationEssentials
import Training

/// The checkpoint of the training that runs, in the work folder.
struct CheckpointFile {
  private let path: String
  private let hardPath: String
  private let key: String
  private let note: (String) -> Void

  /// Names the file, which belongs to the work that is being done.
  init(in run: Run) throws {
    path = try run.workPath(TrainStage.checkpointFile)
    hardPath = try run.workPath(TrainStage.hardWindowsFile)
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

  /// The hardest windows when a checkpoint was written; none where none were asked for.
  func hardWindows(afterEpoch checkpoint: Checkpoint) throws -> [HardWindows.Draw] {
    let count = checkpoint.progress.records.count
    return try hardRecords().first { $0.epoch == count }?.windows ?? []
  }

  /// The hardest windows after an epoch.
  private struct HardRecord: Codable {
    let key: String
    let epoch: Int
    let windows: [HardWindows.Draw]
  }

  private func hardRecords() throws -> [HardRecord] {
    guard FileSystem.exists(hardPath) else { return [] }
    return try JSONDecoder().decode([HardRecord].self, from: Data(FileSystem.read(hardPath)))
      .filter { $0.key == key }
  }

  /// Writes it at once; the hardest windows before it, beside those that the old one needs.
  func write(_ trainer: Trainer, generator: [UInt64], hard: [HardWindows.Draw]) throws {
    let epoch = trainer.progress.records.count
    if !hard.isEmpty {
      let records =
        [HardRecord(key: key, epoch: epoch, windows: hard)]
        + (try hardRecords().filter { $0.epoch == epoch - 1 })
      try FileSystem.write(Array(JSONEncoder().encode(records)), to: hardPath)
    }
    try FileSystem.write(trainer.checkpoint(key: key, generator: generator).encoded(), to: path)
  }
}
