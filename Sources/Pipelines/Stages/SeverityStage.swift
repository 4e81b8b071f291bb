import Configuration
import Rasters

/// Maps burn severity by dNBR and RdNBR, with an offset taken from unburned surroundings.
public struct SeverityStage: Stage {
  /// `severity`.
  public static let component = Component(
    family: "stage", name: "severity",
    summary: "Maps burn severity (unburned, low, moderate, high) by dNBR and RdNBR, less their "
      + "offset in unburned surroundings.",
    formula: """
      dNBR = NBR before - NBR after - offset, RdNBR = dNBR / √|NBR before|; a class begins at its
      threshold. The offset is the median dNBR of unburned vegetation: of pixels with an NDVI
      before of at least 'ndvi' those whose dNBR is below the threshold of low severity (where
      that median is negative, those less than the threshold above it, in turn until it falls no
      more). After a stage 'predict' they are instead those whose probability of all classes but
      the first is below 'probability'. With fewer than 100 of them, or less than 1 % of the
      vegetation, the offset is 0 and the run says so.
      """,
    source: "Key and Benson 2006, FIREMON landscape assessment (dNBR, its classes and offset); "
      + "Miller and Thode 2007 (RdNBR and its classes, there × 1000)",
    settings: [
      Setting(
        "offset", .text, default: "auto",
        "dNBR where nothing burned: auto, or a number from -1 to 1."),
      Setting(
        "ndvi", .number(-1...1), default: "0.2",
        "Least NDVI before of the pixels that give the offset."),
      Setting(
        "probability", .number(0...1), default: "0.1",
        "After a stage 'predict', the probability of burned below which pixels give the offset."),
      Setting(
        "dnbr", .list(.number(-2...2), count: 3...3), default: "[0.1, 0.27, 0.66]",
        "dNBR at which low, moderate and high severity begin."),
      Setting(
        "rdnbr", .list(.number(-100...100), count: 3...3), default: "[0.069, 0.316, 0.641]",
        "RdNBR at which low, moderate and high severity begin."),
      Setting(
        "continuous", .flag, default: "false",
        "Whether dNBR and RdNBR less their offset are written too."),
      Setting(
        "labels", .choice(SeverityMeasure.allCases.map(\.rawValue)),
        "Train on classes of this measure: weak labels for scenes without a 'label', the classes in "
          + "rising order. Use the loss 'w1', which knows the order."),
      Setting(
        "label_thresholds", .list(.number(-100...100), count: 1...253),
        "Where the second and each further class of 'labels' begins; by default those of the map."),
      Setting("before", .text, "Image before; by default the first of 'align'."),
      Setting("after", .text, "Image after; by default the one that gives the grid."),
    ])

  /// Severity.
  public static let artifact = "severity"

  /// The scenes that are mapped or get labels.
  public let scenes: [Scene]
  let header: PipelineHeader
  let align: AlignStage
  /// The classes that a network trains on.
  let labelled: Labelled?
  private let predict: PredictStage?
  private let givenOffset: Double?
  private let leastNDVI: Float
  private let probability: Float
  let thresholds: [SeverityMeasure: [Double]]
  private let isContinuous: Bool
  let channels: ChannelSet
  /// With NDVI before; nil where the offset is given.
  private let offsetChannels: ChannelSet?

  /// Checks that the bands allow it.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    align = try earlier.latest(AlignStage.self)
    self.header = header
    predict = earlier.optional(PredictStage.self)
    let isLabelling = settings.isSet("labels")
    scenes = header.scenes.filter {
      $0.roles.contains(.map) || (isLabelling && $0.label == nil)
    }
    if scenes.isEmpty {
      throw declaration.error("the stage 'severity' needs a scene with 'role: map'")
    }
    givenOffset = try SeverityStage.offset(settings)
    leastNDVI = Float(settings.number("ndvi"))
    probability = Float(settings.number("probability"))
    thresholds = Dictionary(
      uniqueKeysWithValues: try SeverityMeasure.allCases.map { measure in
        let values = settings.optionalNumbers(measure.rawValue) ?? []
        guard zip(values, values.dropFirst()).allSatisfy({ $0 < $1 }) else {
          throw settings.error(
            "'\(measure.rawValue)' takes thresholds that rise", at: measure.rawValue)
        }
        return (measure, values)
      })
    labelled = try Labelled(declaration, header, thresholds, after: earlier)
    isContinuous = settings.flag("continuous")
    let images = try align.comparedImages(settings)
    let bands = ChannelSet(bands: align.bandNames, before: images.before, after: images.after)
    do {
      let names = ["dnbr", "\(images.before).nbr"]
      channels = try bands.selecting(names)
      offsetChannels =
        givenOffset == nil ? try bands.selecting(names + ["\(images.before).ndvi"]) : nil
    } catch let error as ChannelError {
      throw declaration.error(
        "the stage 'severity': \(error)"
          + ("\(error)".hasPrefix("ndvi") ? "; or set 'offset' to a number" : ""))
    }
  }

  /// The number that is written as offset; nil for auto.
  private static func offset(_ settings: Settings) throws -> Double? {
    let text = settings.text("offset")
    if text == "auto" { return nil }
    guard let number = Double(text), (-1...1).contains(number) else {
      throw settings.error(
        "'offset' takes 'auto' or a number from -1 to 1, found '\(text)'", at: "offset")
    }
    return number
  }

  /// The maps, and the measures where they are written.
  public func outputs(_ scene: Scene?) -> [String] {
    guard let scene, scene.roles.contains(.map) else { return [] }
    return SeverityMeasure.allCases.flatMap { measure in
      [SeverityStage.mapFile(scene, measure)]
        + (isContinuous ? [SeverityStage.measureFile(scene, measure)] : [])
    }
  }

  /// Maps one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let aligned = try align.aligned(scene, in: run)
    let offset = try self.offset(scene, aligned, in: run)
    try writeLabels(scene, aligned, offset: offset, in: run)
    guard scene.roles.contains(.map) else { return }
    let reader = try SeverityReader(aligned, channels: channels, offset: offset.value)
    let metadata = run.metadata(dates: aligned.dates)
    var writers = try SeverityMeasure.allCases.map { measure in
      try SeverityWriter(
        measure, thresholds: thresholds[measure] ?? [], grid: reader.grid, offset: offset.value,
        map: run.outputPath(SeverityStage.mapFile(scene, measure)),
        values: isContinuous ? run.outputPath(SeverityStage.measureFile(scene, measure)) : nil,
        metadata: metadata)
    }
    let windows = reader.grid.windows(side: 512)
    for (done, window) in windows.enumerated() {
      let values = try reader.read(window)
      for index in writers.indices {
        try writers[index].write(values[writers[index].measure] ?? [], window)
      }
      try run.advance(done + 1, of: windows.count)
    }
    for writer in writers { try writer.finish() }
    for name in outputs(scene) { try run.recordOutput(name) }
    let result = Summary.Severity(offset: offset, maps: writers.map(\.area))
    try run.store(result, as: SeverityStage.resultFile(scene))
    run.summary.update(scene.name) {
      $0.dates = aligned.dates
      $0.severity = result
    }
  }

  /// The offset of a scene, given or found.
  func offset(_ scene: Scene, _ aligned: AlignedScene, in run: Run) throws -> SeverityOffset {
    guard let offsetChannels else { return SeverityOffset(given: givenOffset ?? 0) }
    let reader = try SceneReader(aligned, channels: offsetChannels)
    let probabilities = try predict.flatMap {
      try Raster(path: $0.probabilities(scene, in: run))
    }
    var vegetation = DifferenceHistogram()
    var unburned = DifferenceHistogram()
    var planes: [Float] = []
    for window in reader.grid.windows(side: 512) {
      try reader.read(window, into: &planes)
      let first = try probabilities?.read(window, bands: [1])
      for pixel in 0..<window.pixelCount
      where planes[2 * window.pixelCount + pixel] >= leastNDVI {
        vegetation.add(planes[pixel])
        if let first, 1 - first[pixel] < probability { unburned.add(planes[pixel]) }
      }
    }
    let offset =
      probabilities == nil
      ? SeverityOffset(vegetation, threshold: thresholds[.dnbr]?[0] ?? 0)
      : SeverityOffset(unburned: unburned, candidates: vegetation.count)
    run.note(offset.text)
    return offset
  }

  private static func mapFile(_ scene: Scene, _ measure: SeverityMeasure) -> String {
    "\(scene.name)_\(measure.rawValue)_severity.tif"
  }

  private static func measureFile(_ scene: Scene, _ measure: SeverityMeasure) -> String {
    "\(scene.name)_\(measure.rawValue)_corrected.tif"
  }

  private static func resultFile(_ scene: Scene) -> String { "severity/\(scene.name).json" }
}
