/// What is done or skipped as a whole: a stage on a scene, or a stage that works once.
struct WorkUnit: Sendable {
  let stage: any Stage
  let declaration: StageDeclaration
  let scene: Scene?

  /// `predict fires`, `train`.
  var name: String { declaration.name + (scene.map { " \($0.name)" } ?? "") }
  /// The name of the stage.
  var stageName: String { declaration.name }

  /// The units of a pipeline in the order in which they run.
  static func all(of pipeline: PipelineFile) -> [WorkUnit] {
    zip(pipeline.stages, pipeline.declarations).flatMap { stage, declaration in
      let scenes: [Scene?] = stage.scenes.isEmpty ? [nil] : stage.scenes
      return scenes.map { WorkUnit(stage: stage, declaration: declaration, scene: $0) }
    }
  }
}
