import Configuration
import Rasters

/// Hides pixels that show no ground: by masks where there are some, by spectral tests else.
public struct MaskStage: AmendingStage {
  /// `mask`.
  public static let component = Component(
    family: "stage", name: "mask",
    summary: "Hides pixels that show no ground, by given masks or by spectral tests.",
    formula: """
      In any image: saturated, a band above saturation_above or at the greatest number that its
      file can store; stripes, a band missing or no band above 0; snow, (green - swir1) / (green +
      swir1) > snow_ndsi, nir > snow_nir and green > snow_green; cloud, blue > cloud_blue,
      blue - red / 2 > cloud_haze, Σ|visible - mean| / mean < cloud_whiteness and swir2 > 0.03;
      cloud shadow, nir < shadow_nir, swir1 < shadow_swir1, swir2 < 0.06 and < 0.6 nir, green < nir,
      as are most pixels around, at most shadow_distance from cloud. For reflectances only.
      """,
    source: "snow: Hall et al. 1995, Klein et al. 1998; cloud: Zhu and Woodcock 2012 (whiteness, "
      + "HOT); water: McFeeters 1996; bits: USGS LSDS-1618",
    settings: [
      Setting(
        "rasters", .list(.text, count: 0...20), default: "[]",
        "Names of mask rasters that every scene has beside its images: pre_qa, post_qa."),
      Setting(
        "bits", .list(.choice(FileMaskRule.bitNames), count: 1...8),
        "Bits of Landsat's QA_PIXEL that hide a pixel."),
      Setting(
        "values", .list(.integer(-2_147_483_648...2_147_483_647), count: 1...1000),
        "Values that hide a pixel, such as 0, 1, 3, 8, 9, 10, 11 of Sentinel-2's SCL; by default, "
          + "without 'bits', all but 0."),
      Setting(
        "hide", .choice(["everywhere", "training"]), default: "everywhere",
        "Whether hidden pixels are not observed at all, or are only left out as labels of training."
      ),
      Setting("saturation", .flag, default: "true", "Whether saturated pixels are hidden."),
      Setting("stripes", .flag, default: "true", "Whether pixels that lack a band are hidden."),
      Setting(
        "snow", .flag, "Whether snow is hidden; by default where there are no mask rasters."),
      Setting(
        "cloud", .flag, "Whether cloud is hidden; by default where there are no mask rasters."),
      Setting(
        "shadow", .flag,
        "Whether cloud shadow is hidden; by default where there are no mask rasters."),
      Setting(
        "dilation", .integer(0...1000), default: "0", unit: "pixels",
        "Pixels around cloud by the spectral test that are hidden too."),
      Setting(
        "shadow_distance", .integer(0...1000), default: "60", unit: "pixels",
        "How far from cloud its shadow may lie."),
    ] + thresholds.map { Setting($0.key, .number(0...10), default: $0.text, $0.summary) })

  private static let thresholds: [(key: String, text: String, summary: String)] = [
    ("saturation_above", "1", "Reflectance above this is saturated."),
    ("snow_ndsi", "0.4", "Snow has a greater normalised difference snow index."),
    ("snow_nir", "0.11", "Snow has more near infrared: water has not."),
    ("snow_green", "0.1", "Snow has more green: dark ground has not."),
    ("cloud_blue", "0.22", "Cloud has more blue."),
    ("cloud_haze", "0.08", "Cloud has a greater haze index, blue - red / 2."),
    ("cloud_whiteness", "0.7", "Cloud is whiter: 0 is grey."),
    ("shadow_nir", "0.1", "Shadow has less near infrared."),
    ("shadow_swir1", "0.08", "Shadow has less swir1."),
  ]

  /// A mask.
  public static let artifact = "mask"

  /// What happens to the pixels that are hidden.
  enum Hiding: String, Sendable {
    /// They are not observed.
    case everywhere
    /// Their labels are ignored in training.
    case training
  }

  /// All scenes.
  public let scenes: [Scene]
  private let align: AlignStage
  private let rasters: [String]
  private let rule: FileMaskRule
  private let tests: SpectralTests
  /// Tests that the bands don't allow.
  private let leftOut: [String]
  private let hiding: Hiding

  /// The mask rasters; none may have the name of another key of a scene.
  public static func requiredRasters(_ settings: Settings) throws -> [String] {
    try AlignStage.requiredRasters(settings)
  }

  /// Checks names, and that the bands asked for allow the tests asked for.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    align = try earlier.latest(AlignStage.self)
    scenes = header.scenes
    try MaskStage.checkOrder(declaration, earlier)
    rasters = settings.texts("rasters")
    if let item = rasters.firstIndex(where: align.rasters.contains) {
      throw settings.error(
        "'\(rasters[item])' is an image; 'rasters' names masks beside the images",
        at: "rasters", item: item)
    }
    rule = try MaskStage.rule(settings)
    (tests, leftOut) = try MaskStage.tests(settings, bands: align.bands, byFile: !rasters.isEmpty)
    guard let hiding = Hiding(rawValue: settings.text("hide")) else {
      preconditionFailure("the choices of 'hide' are those of Hiding")
    }
    self.hiding = hiding
  }

  /// Stages that have read the images already would not see the mask.
  private static func checkOrder(
    _ declaration: StageDeclaration, _ earlier: EarlierStages
  ) throws {
    let late: [(any Stage)?] = [
      earlier.optional(LabelsStage.self), earlier.optional(IndicesStage.self),
      earlier.optional(TrainStage.self), earlier.optional(PredictStage.self),
    ]
    if let first = late.lazy.compactMap({ $0 }).first {
      throw declaration.error(
        "the stage 'mask' belongs before '\(type(of: first).component.name)'")
    }
  }

  private static func rule(_ settings: Settings) throws -> FileMaskRule {
    let bits = settings.texts("bits").compactMap { FileMaskRule.bitNames.firstIndex(of: $0) }
    let values = (settings.optionalList("values") ?? []).compactMap { value -> Int32? in
      guard case .integer(let integer) = value else { return nil }
      return Int32(integer)
    }
    for key in ["bits", "values"] where settings.isSet(key) && settings.texts("rasters").isEmpty {
      throw settings.error("'\(key)' is for mask rasters; name them by 'rasters'", at: key)
    }
    if !bits.isEmpty, !values.isEmpty {
      throw settings.error("give 'bits' or 'values', not both", at: "values")
    }
    if !bits.isEmpty { return .bits(bits.reduce(0) { $0 | 1 << Int32($1) }) }
    return values.isEmpty ? .nonzero : .values(Set(values))
  }

  private static func tests(
    _ settings: Settings, bands: [String], byFile: Bool
  ) throws -> (SpectralTests, leftOut: [String]) {
    func number(_ key: String) -> Float { Float(settings.number(key)) }
    var tests = SpectralTests(
      saturation: settings.flag("saturation"), stripes: settings.flag("stripes"),
      saturationAbove: number("saturation_above"), snowIndex: number("snow_ndsi"),
      snowNIR: number("snow_nir"), snowGreen: number("snow_green"),
      cloudBlue: number("cloud_blue"), cloudHaze: number("cloud_haze"),
      cloudWhiteness: number("cloud_whiteness"), shadowNIR: number("shadow_nir"),
      shadowSWIR1: number("shadow_swir1"), dilation: settings.integer("dilation"),
      shadowDistance: settings.integer("shadow_distance"))
    var leftOut: [String] = []
    var isOn: [String: Bool] = [:]
    for (test, needed) in SpectralTests.bands {
      isOn[test] = settings.isSet(test) ? settings.flag(test) : !byFile
      guard isOn[test] == true, let missing = needed.first(where: { !bands.contains($0) })
      else { continue }
      let reason = "needs the band \(missing), which 'align' doesn't name"
      if settings.isWritten(test) { throw settings.error("'\(test)' \(reason)", at: test) }
      isOn[test] = false
      leftOut.append("\(test) \(reason)")
    }
    tests.snow = isOn["snow"] == true
    tests.cloud = isOn["cloud"] == true
    tests.shadow = isOn["shadow"] == true
    return (tests, leftOut)
  }

  /// `align` with the hidden pixels not observed.
  public var amended: any Stage {
    var masked = align
    masked.hiding = hiding
    return masked
  }

  /// The images and masks of the scene; its role decides only whether a result is written.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.keys = .except(["label"])
    inputs.localKeys = ["role"]
    inputs.header = []
    inputs.holdsPaths = false
    return inputs
  }

  /// Makes the mask of one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    for reason in leftOut { run.note("left out: \(reason)") }
    let maker = try MaskMaker(
      align.aligned(scene, in: run), masks: rasters.compactMap { scene.rasters[$0] }, rule: rule,
      tests: tests)
    let isMapped = scene.roles.contains(.map)
    var description = RasterDescription.classMap(
      grid: maker.grid, band: "hidden", classes: HiddenReason.rasterClasses,
      metadata: run.metadata(dates: maker.dates))
    let result = try (isMapped ? () : nil).map {
      try RasterWriter(path: run.outputPath(MaskStage.resultFile(scene)), description: description)
    }
    description.layout = .tiled
    let writer = try RasterWriter(
      path: run.workPath(MaskStage.file(scene)), description: description)
    var area = AreaCount(grid: maker.grid, classes: HiddenReason.allCases.count)
    let windows = maker.grid.windows(side: 512)
    for (done, window) in windows.enumerated() {
      let reasons = try maker.reasons(window)
      try writer.write(window, band: 1, reasons)
      try result?.write(window, band: 1, reasons)
      area.add(reasons, window)
      try run.advance(done + 1, of: windows.count)
    }
    try writer.finish()
    if let result {
      try result.finish()
      try run.recordOutput(MaskStage.resultFile(scene))
    }
    tell(area, scene, isMapped: isMapped, in: run)
  }

  private func tell(_ area: AreaCount, _ scene: Scene, isMapped: Bool, in run: Run) {
    let hidden = HiddenReason.allCases.dropFirst().map { reason in
      Summary.HiddenArea(
        value: Int(reason.rawValue), reason: reason.name, pixels: area.pixels[Int(reason.rawValue)],
        hectares: area.hectares(Int(reason.rawValue)))
    }.filter { $0.pixels > 0 }
    let total = Double(area.pixels.reduce(0, +))
    let parts = hidden.map { "\($0.reason) \(decimals(100 * Double($0.pixels) / total, 2)) %" }
    let saturated = area.pixels[Int(HiddenReason.saturated.rawValue)]
    let seen = area.pixels.reduce(0, +) - area.pixels[Int(HiddenReason.notObserved.rawValue)]
    if 2 * saturated > seen {
      run.note(
        "most pixels lie above 'saturation_above': are these reflectances? Give 'scale' and "
          + "'offset' of the images where their files lack them")
    }
    run.note("hidden: \(parts.isEmpty ? "nothing" : parts.joined(separator: ", "))")
    if isMapped { run.summary.update(scene.name) { $0.hidden = hidden } }
  }

  /// The mask of a scene that is mapped.
  public func outputs(_ scene: Scene?) -> [String] {
    guard let scene, scene.roles.contains(.map) else { return [] }
    return [MaskStage.resultFile(scene)]
  }

  /// Checks that the mask rasters of a scene can be opened on its grid.
  func checkRasters(of scene: Scene, on grid: Grid) throws {
    _ = try FileMask(rasters.compactMap { scene.rasters[$0] }, on: grid, rule: rule)
  }

  static func file(_ scene: Scene) -> String { "mask/\(scene.name).tif" }

  private static func resultFile(_ scene: Scene) -> String { "\(scene.name)_mask.tif" }
}
