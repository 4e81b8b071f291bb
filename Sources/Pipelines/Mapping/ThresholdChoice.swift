import Rasters

/// Chooses the threshold of the second class on the validation blocks of the scenes that trained.
struct ThresholdChoice {
  private let predict: PredictStage
  private let header: PipelineHeader
  private let criterion: ThresholdCriterion

  /// A choice with what it depends on, so that it is made once for all scenes.
  private struct Record: Codable {
    var key: String
    var choice: ProbabilityCounts.Choice
  }

  private static let file = "clean/threshold.json"

  init(_ predict: PredictStage, _ header: PipelineHeader, _ criterion: ThresholdCriterion) {
    self.predict = predict
    self.header = header
    self.criterion = criterion
  }

  /// The threshold; it is chosen anew where the model, the blocks or the criterion are new.
  func threshold(in run: Run) throws -> Double {
    let model = try predict.model(in: run)
    var digest = Digest()
    digest.add(try model.encoded())
    digest.add(Array("\(criterion.text) \(Version.text)".utf8))
    for scene in labelled {
      digest.add(try FileSystem.read(run.workPath(TrainStage.splitFile(scene))))
    }
    let key = digest.finish()
    if FileSystem.exists(try run.workPath(ThresholdChoice.file)),
      let known = try? run.load(Record.self, from: ThresholdChoice.file), known.key == key
    {
      return known.choice.threshold
    }
    let predictor = WindowPredictor(
      model, pool: run.pool, halo: predict.halo, kernels: predict.kernels)
    guard let choice = try counts(predictor, in: run).best(criterion) else {
      throw RunError(
        .input,
        "\(header.file): no validation block holds labels of '\(header.classes.items[1].name)', so "
          + "no threshold can be chosen: give a 'threshold', or change 'validation' or 'seed'")
    }
    run.note(
      "threshold \(decimals(choice.threshold, 3)) by \(criterion.text): IoU "
        + "\(decimals(choice.iou, 3)), recall \(decimals(choice.recall, 3)) on validation blocks")
    try run.store(Record(key: key, choice: choice), as: ThresholdChoice.file)
    return choice.threshold
  }

  private var labelled: [Scene] { header.scenes.filter { $0.roles != [.map] } }

  private func counts(_ predictor: WindowPredictor, in run: Run) throws -> ProbabilityCounts {
    guard let train = predict.train else { preconditionFailure("checked by the stage 'clean'") }
    var counts = ProbabilityCounts()
    for scene in labelled {
      guard let label = scene.label else { continue }
      let blocks = try train.split(of: scene, in: run).blocks(.validate)
      let reader = try SceneReader(
        train.align.aligned(scene, in: run), channels: predict.channels(of: predict.model(in: run)))
      let labels = try LabelReader(label, on: reader.grid, classes: header.classes)
      for (done, block) in blocks.enumerated() {
        for tile in block.aligned(to: predictor.step, within: reader.grid.window) {
          let known = try labels.read(tile).inside(block, tile)
          guard known.contains(where: { $0 != ClassList.notObserved }),
            let planes = try predictor.predict(tile, from: reader)
          else { continue }
          for (pixel, k) in known.enumerated() where k != ClassList.notObserved {
            let probability = planes[tile.pixelCount + pixel]
            if !probability.isNaN { counts.add(probability, isSecond: k == 1) }
          }
        }
        try run.advance(done + 1, of: blocks.count)
      }
    }
    return counts
  }
}
