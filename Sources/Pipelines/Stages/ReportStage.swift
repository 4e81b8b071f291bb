import Configuration
import Rasters

/// Writes the report of the run: one HTML page.
public struct ReportStage: Stage {
  /// `report`.
  public static let component = Component(
    family: "stage", name: "report",
    summary: "Writes report.html: inputs, pictures, areas, scores and training curves in one file.",
    formula: """
      Pictures are false colours (short-wave infrared, near infrared, red), both images stretched
      alike. Areas and scores are those of summary.json.
      """)

  /// A report.
  public static let artifact = "report"

  /// The page in the results.
  public static let file = "report.html"

  /// Works once for all scenes.
  public let scenes: [Scene] = []
  private let write: WriteStage
  private let header: PipelineHeader

  /// Needs a map to report on.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    write = try earlier.latest(WriteStage.self)
    self.header = header
  }

  /// The page.
  public func outputs(_ scene: Scene?) -> [String] { [ReportStage.file] }

  /// Everything, but for scenes that failed; the page names the pipeline file.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.facts = ["pipeline": header.file]
    inputs.allowsFailedScenes = true
    return inputs
  }

  /// Writes the page.
  public func run(_ scene: Scene?, in run: Run) throws {
    var pictures: [String: ReportPage.Pictures] = [:]
    for (done, scene) in write.scenes.enumerated() where run.failures[scene.name] == nil {
      pictures[scene.name] = try self.pictures(scene, in: run)
      try run.advance(done + 1, of: write.scenes.count)
    }
    let page = ReportPage(
      pipeline: header.file, classes: header.classes, summary: run.summary,
      epochs: try write.predict.train?.epochs(in: run) ?? [])
    try run.writeOutput(Array(page.html(pictures).utf8), as: ReportStage.file)
  }

  private func pictures(_ scene: Scene, in run: Run) throws -> ReportPage.Pictures {
    let align = write.predict.align
    let aligned = try align.aligned(scene, in: run)
    let look = try Quicklook(aligned)
    var items: [(png: [UInt8], caption: String)] = []
    for image in align.rasters {
      let date = aligned.dates[image].map { ", \($0)" } ?? ""
      items.append(
        (
          try look.composite(of: image, stretchedAs: align.gridImage).encoded(),
          "\(image)\(date)"
        ))
    }
    items.append(
      (
        try look.classes(
          of: run.outputPath(WriteStage.mapFile(scene)),
          colours: header.classes.items.map(\.colour)
        ).encoded(), "map"
      ))
    if write.outputs(scene).contains(WriteStage.probabilityFile(scene)) {
      items.append(
        (
          try look.ramp(
            of: run.outputPath(WriteStage.probabilityFile(scene)), from: 0, to: 1
          ).encoded(), "probability, pale 0 to dark 1"
        ))
    }
    if let mask = aligned.mask {
      items.append(
        (
          try look.classes(
            of: mask.path, colours: HiddenReason.rasterClasses.map(\.colour)
          ).encoded(), "hidden: \(HiddenReason.legend)"
        ))
    }
    let grid = try aligned.grid()
    let (x, y) = grid.pixelSize
    let unit = grid.isGeographic ? "°" : " m"
    return ReportPage.Pictures(
      items: items, scaleBar: ScaleBar(look.grid),
      extent:
        "\(grid.width) × \(grid.height) pixels of \(decimals(x, grid.isGeographic ? 6 : 1)) × "
        + "\(decimals(y, grid.isGeographic ? 6 : 1))\(unit) · "
        + (grid.hasCRS ? grid.crsName : "no coordinate system"))
  }
}
