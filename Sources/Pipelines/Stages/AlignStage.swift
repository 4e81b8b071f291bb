import Configuration
import Rasters

/// Brings all images of a scene onto one grid.
///
/// Images that lie on the grid are read where they are; others are resampled when they are read, so
/// nothing is copied.
public struct AlignStage: Stage {
  /// `align`.
  public static let component = Component(
    family: "stage", name: "align",
    summary: "Brings the images of each scene onto one grid.",
    formula: """
      A pixel is observed only if every band that is needed is: not nodata, not masked, not
      transparent, a finite number. Scale and offset of the file are applied. Images of another
      CRS, resolution or extent are resampled; by the mean where the grid is more than twice as
      coarse.
      """,
    settings: [
      Setting(
        "rasters", .list(.text, count: 1...20), default: "[pre, post]",
        "Names of the images that every scene has, in the order of their bands."),
      Setting(
        "bands", .list(.text, count: 1...1000),
        default: "[blue, green, red, nir, swir1, swir2]",
        "Bands of each image, by name (nir, B8, SR_B5, a description) or number."),
      Setting(
        "layers", .list(.text, count: 0...20), default: "[]",
        "Names of rasters of one band that every scene has beside its images, such as an elevation "
          + "model; the channel has the name of the raster."),
      Setting("grid", .text, "Image that gives the grid; by default the last one."),
      Setting(
        "resampling", .choice(["nearest", "bilinear", "cubic", "average"]), default: "bilinear",
        "How images on another grid are resampled."),
    ])

  /// Aligned images.
  public static let artifact = "aligned"

  /// The images of each scene.
  public let rasters: [String]
  /// The bands of each image.
  public let bands: [String]
  /// The rasters of one band beside the images.
  public let layers: [String]
  /// The image that gives the grid.
  public let gridImage: String
  /// How images on another grid are resampled.
  public let resampling: Resampling
  /// All scenes.
  public let scenes: [Scene]
  /// What the stage `mask` does with the pixels that it hides, where there is one.
  var hiding: MaskStage.Hiding?

  /// The images named by `rasters` and `layers`; none may have the name of another key of a scene.
  public static func requiredRasters(_ settings: Settings) throws -> [String] {
    let reserved = Scene.settings(rasters: []).map(\.key)
    for key in ["rasters", "layers"] {
      let names = settings.texts(key)
      if let item = names.firstIndex(where: { reserved.contains($0) || $0.contains(".") }) {
        throw settings.error("an image cannot be called '\(names[item])'", at: key, item: item)
      }
    }
    return settings.texts("rasters") + settings.texts("layers")
  }

  /// Checks the names.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    rasters = settings.texts("rasters")
    bands = settings.texts("bands")
    layers = settings.texts("layers")
    for (key, names) in [("rasters", rasters), ("bands", bands), ("layers", layers)] {
      if let name = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw settings.error("'\(key)' names '\(name)' twice", at: key)
      }
    }
    if let item = layers.firstIndex(where: rasters.contains) {
      throw settings.error("'\(layers[item])' is an image already", at: "layers", item: item)
    }
    gridImage = settings.optionalText("grid") ?? rasters[rasters.count - 1]
    guard rasters.contains(gridImage) else {
      throw settings.error(
        "'grid' takes one of the images \(rasters.joined(separator: ", ")), found '\(gridImage)'",
        at: "grid")
    }
    guard let resampling = Resampling(rawValue: settings.text("resampling")) else {
      preconditionFailure("the choices of 'resampling' are those of Resampling")
    }
    self.resampling = resampling
    scenes = header.scenes
  }

  /// `pre.blue`, …, `dem`: the bands of all images in order, then the layers.
  public var bandNames: [String] {
    rasters.flatMap { image in bands.map { "\(image).\($0)" } } + layers
  }

  /// The images of the scene; labels only have to lie on the grid.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.earlier = .none
    inputs.keys = .except(["role"])
    inputs.localKeys = ["label"]
    inputs.header = []
    return inputs
  }

  /// Relates the images to the grid; reads headers only.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let aligned = try AlignedScene(
      rasters: scene.rasters, order: rasters, bands: bands, layers: layers,
      gridImage: gridImage, resampling: resampling)
    // opening relates every file to the grid, so that mistakes show before any work
    let grid = try aligned.open().grid
    // a vector file is for the stage 'labels'
    if let label = scene.label, !VectorLayer.isVector(label.path) {
      _ = try AlignedSource(
        Raster(path: label.path, nodata: label.nodata), on: grid, resampling: .nearest)
    }
    run.note("\(grid.width)×\(grid.height) pixels")
    try run.store(aligned, as: AlignStage.file(scene))
  }

  /// The aligned images of a scene, once the stage has run.
  public func aligned(_ scene: Scene, in run: Run) throws -> AlignedScene {
    var aligned = try run.load(AlignedScene.self, from: AlignStage.file(scene))
    aligned.mask = try hiding.map {
      AlignedScene.Mask(
        path: try run.workPath(MaskStage.file(scene)), hidesLabelsOnly: $0 == .training)
    }
    return aligned
  }

  private static func file(_ scene: Scene) -> String { "align/\(scene.name).json" }
}
