import Configuration
import Glibc
import Rasters

/// Writes the patches of the published map as polygons, with area and probability of each.
public struct PolygonsStage: Stage {
  /// `polygons`.
  public static let component = Component(
    family: "stage", name: "polygons",
    summary: "Writes the patches of the map as polygons of a GeoPackage, styled, with class, area "
      + "and probability.",
    formula: """
      Patches are outlined over the whole map along the edges of pixels (GDALPolygonize), so no
      polygon ends at a tile's edge; holes stay holes. hectares is the sum of the areas of the
      pixels: those of the grid's CRS, geodesic where it is in degrees, so that the polygons of a
      class add up to its area in the summary. Probabilities are those of the polygon's class.
      """,
    settings: [
      Setting(
        "classes", .list(.text, count: 1...254),
        "Names of the classes to outline; by default all but the first."),
      Setting(
        "connectedness", .choice(["4", "8"]), default: "4",
        "Whether pixels of a polygon share edges (4), or corners too (8), which makes polygons of "
          + "several parts."),
      Setting("layer", .text, "Name of the layer; by default that of the pipeline file."),
    ])

  /// Polygons.
  public static let artifact = "polygons"

  /// The columns of the layer.
  static let fields = [
    VectorWriter.Field("class", .text), VectorWriter.Field("value", .integer),
    VectorWriter.Field("code", .integer), VectorWriter.Field("hectares", .real),
    VectorWriter.Field("pixels", .integer), VectorWriter.Field("mean_probability", .real),
    VectorWriter.Field("maximum_probability", .real),
  ]

  /// The scenes that are mapped.
  public let scenes: [Scene]
  private let write: WriteStage
  private let classes: ClassList
  private let values: Set<Int>
  private let connectedness: Connectedness
  private let layer: String

  /// Checks the names of classes and layer.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    write = try earlier.latest(WriteStage.self)
    scenes = write.scenes
    classes = header.classes
    connectedness = settings.text("connectedness") == "8" ? .eight : .four
    layer = settings.optionalText("layer") ?? FileSystem.stem(header.file)
    if layer.isEmpty || layer == "layer_styles" {
      throw settings.error("a layer cannot be called '\(layer)'", at: "layer")
    }
    let names = classes.items.map(\.name)
    guard settings.isSet("classes") else {
      values = Set(1..<classes.count)
      return
    }
    values = Set(
      try settings.texts("classes").enumerated().map { item, name in
        guard let value = names.firstIndex(of: name) else {
          throw settings.error(
            "'classes' takes names of classes (\(names.joined(separator: ", "))), found '\(name)'",
            at: "classes", item: item)
        }
        return value
      })
  }

  /// One file for each scene.
  public func outputs(_ scene: Scene?) -> [String] {
    scene.map { [PolygonsStage.file($0)] } ?? []
  }

  /// Outlines the map of one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let map = try Raster(path: run.outputPath(WriteStage.mapFile(scene)))
    let probabilities = try Raster(path: write.predict.probabilities(scene, in: run))
    let chosen = try run.workPath("polygons/\(scene.name).tif")
    var description = RasterDescription(grid: map.grid, type: .byte, bands: ["class"])
    description.layout = .tiled
    let mask = try RasterWriter(path: chosen, description: description)
    let patches = try PatchTable(values: values, connectedness: connectedness).patches(
      of: map, probabilities: probabilities, to: mask
    ) { try run.advance($0, of: 2 * $1) }
    try mask.finish()
    defer { unlink(chosen) }
    let dates = try write.predict.align.aligned(scene, in: run).dates
    let writer = try VectorWriter(
      path: run.outputPath(PolygonsStage.file(scene)), layer: layer, crs: map.grid.crs,
      fields: PolygonsStage.fields, style: StyleQML.categories(shown, field: "class"),
      date: dates.values.max())
    let hasAreas = map.grid.pixelAreaSquareMetres(row: 0) != nil
    var count = VectorWriter.PolygonCount()
    try run.cancelling { progress in
      count = try writer.addPolygons(
        of: Raster(path: chosen), connectedness: connectedness,
        progress: { progress(0.5 + $0 / 2) }
      ) { pixel in
        guard let patch = patches[pixel] else {
          throw RunError(.failed, "\(map.path): an outline without a patch at pixel \(pixel)")
        }
        return columns(patch, hasAreas: hasAreas)
      }
    }
    guard count.polygons == patches.count else {
      throw RunError(
        .failed, "\(map.path): \(count.polygons) outlines of \(patches.count) patches")
    }
    try writer.finish()
    try run.recordOutput(PolygonsStage.file(scene))
    run.note(
      "\(count.polygons) polygons, \(count.repaired) of them cut where they touch themselves")
    run.summary.update(scene.name) { $0.polygons = count.polygons }
  }

  private var shown: [RasterClass] { classes.rasterClasses.filter { values.contains($0.value) } }

  private func columns(_ patch: Patch, hasAreas: Bool) -> [VectorWriter.Value] {
    let item = classes.items[patch.value]
    return [
      .text(item.name), .integer(patch.value), .integer(item.code),
      hasAreas ? .real(patch.squareMetres / 10_000) : .none, .integer(patch.pixels),
      .real(patch.probabilitySum / Double(patch.pixels)), .real(Double(patch.greatestProbability)),
    ]
  }

  private static func file(_ scene: Scene) -> String { "\(scene.name)_polygons.gpkg" }
}
