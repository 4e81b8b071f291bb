import Configuration

/// The losses that a pipeline file can name.
public enum LossRegistry {
  /// Every loss, in the order in which `rspipe describe` lists them.
  public static let all: [any Loss.Type] = [
    CrossEntropy.self,
    BinaryCrossEntropy.self,
    DiceLoss.self,
    JaccardLoss.self,
    JaccardMetricLoss.self,
    RegionLoss.self,
    DiceSemimetricLoss.self,
    TverskyLoss.self,
    FocalTverskyLoss.self,
    WeightedJaccardLoss.self,
    UnifiedFocalLoss.self,
    FocalLoss.self,
    Poly1Loss.self,
    LovaszSoftmax.self,
    LovaszHinge.self,
    WassersteinLoss.self,
    ProportionLoss.self,
    BoundaryCrossEntropy.self,
  ]

  /// The descriptions of all losses.
  public static var components: [Component] { all.map { $0.component } }

  /// Makes the loss of this name.
  ///
  /// - Parameters:
  ///   - name: The name as written in YAML.
  ///   - settings: The settings declared by the loss.
  ///   - classes: The number of channels of the logits.
  /// - Throws: ``LossError``, also for a name that no loss has.
  public static func make(
    _ name: String, settings: Settings, classes: Int
  ) throws -> any Loss {
    guard let type = all.first(where: { $0.component.name == name }) else {
      throw LossError.unknownLoss(name: name, known: all.map { $0.component.name })
    }
    return try type.init(settings, classes: classes)
  }
}
