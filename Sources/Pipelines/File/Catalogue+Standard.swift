import Accuracy
import Configuration
import Models
import Training

extension Catalogue {
  /// Everything that a pipeline file can name, and the metrics and indices that reports use.
  public static let standard = Catalogue(
    StageRegistry.all.map { $0.component } + ModelRegistry.components + LossRegistry.components
      + OptimiserRegistry.components + ScheduleRegistry.components
      + SpectralIndex.all.map(\.component)
      + metrics.map {
        Component(
          family: "metric", name: $0.name, summary: $0.summary, formula: $0.formula)
      })
}
