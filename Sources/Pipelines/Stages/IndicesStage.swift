import Configuration
import Rasters

/// Computes spectral indices, as channels of the network and as rasters.
public struct IndicesStage: Stage {
  /// `indices`.
  public static let component = Component(
    family: "stage", name: "indices",
    summary: "Computes spectral indices as channels of the network and as rasters.",
    formula: """
      Channels are named post.nbr (index of an image), dnbr (before minus after) and rdnbr (that
      over the root of |before|); so for every index.
      """,
    source: "rspipe describe INDEX names the source of each",
    settings: [
      Setting(
        "channels", .list(.text, count: 0...1000),
        "Indices to give to the network beside the bands; by default dnbr, dnbr2 and dndvi, as far "
          + "as the bands allow."),
      Setting(
        "rasters", .list(.text, count: 0...1000),
        "Channels to write as GeoTIFFs of scenes that are mapped; by default dnbr, if the bands "
          + "allow it."),
      Setting(
        "bands", .flag, default: "true",
        "Whether the network sees the bands themselves too; false leaves it the indices, which "
          + "depend less on calibration and place."),
      Setting("before", .text, "Image before; by default the first of 'align'."),
      Setting("after", .text, "Image after; by default the last of 'align'."),
    ])

  /// Channels.
  public static let artifact = "channels"

  /// The network's channels by default, as far as the bands allow.
  static let defaultChannels = ["dnbr", "dnbr2", "dndvi"]

  /// The rasters by default, as far as the bands allow.
  static let defaultRasters = ["dnbr"]

  /// The channels that the network sees: all bands, then indices.
  public let channels: ChannelSet
  /// Channels to write.
  public let rasters: ChannelSet
  /// Channels of the default list that cannot be computed, each with the reason.
  public let leftOut: [String]
  /// The scenes that are mapped.
  public let scenes: [Scene]
  let align: AlignStage

  /// Checks that every channel asked for can be computed.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    align = try earlier.latest(AlignStage.self)
    let images = try align.comparedImages(settings)
    let bands = ChannelSet(bands: align.bandNames, before: images.before, after: images.after)
    let start = settings.flag("bands") ? bands : try bands.selecting([])
    if settings.isSet("channels") {
      channels = try IndicesStage.checked(settings, "channels") { try start.adding($0) }
      leftOut = []
    } else {
      let possible = bands.possible(of: IndicesStage.defaultChannels)
      channels = try start.adding(possible.names)
      leftOut = possible.left
    }
    if channels.channels.isEmpty {
      throw settings.error("without bands the network needs 'channels'", at: "bands")
    }
    rasters =
      settings.isSet("rasters")
      ? try IndicesStage.checked(settings, "rasters") { try bands.selecting($0) }
      : try bands.selecting(bands.possible(of: IndicesStage.defaultRasters).names)
    scenes = header.scenes(.map)
  }

  /// Finds the item at fault: items are tried one by one.
  private static func checked(
    _ settings: Settings, _ key: String, _ make: ([String]) throws -> ChannelSet
  ) throws -> ChannelSet {
    let names = settings.texts(key)
    for (item, name) in names.enumerated() {
      if names[..<item].contains(name) {
        throw settings.error("'\(key)' names '\(name)' twice", at: key, item: item)
      }
      do {
        _ = try make([name])
      } catch let error as ChannelError {
        throw settings.error("\(error)", at: key, item: item)
      }
    }
    return try make(names)
  }

  /// The aligned images.
  ///
  /// Channels are made where they are used: here they are only named.
  public func inputs(_ scene: Scene?) -> StageInputs {
    var inputs = StageInputs()
    inputs.settings = .only(["rasters", "before", "after"])
    inputs.earlier = .except([LabelsStage.component.name, TrainStage.component.name])
    inputs.keys = .none
    inputs.header = []
    inputs.holdsPaths = false
    return inputs
  }

  /// Writes the rasters of one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    for reason in leftOut { run.note("left out: \(reason)") }
    guard !rasters.channels.isEmpty else { return }
    let aligned = try align.aligned(scene, in: run)
    let reader = try SceneReader(aligned, channels: rasters)
    let writers = try rasters.names.map { name in
      var description = RasterDescription(
        grid: reader.grid, type: .float32, bands: [name],
        metadata: run.metadata(dates: aligned.dates))
      description.style = StyleQML.index
      return try RasterWriter(
        path: run.outputPath(IndicesStage.file(scene, name)), description: description)
    }
    let windows = reader.grid.windows(side: 512)
    var planes: [Float] = []
    for (done, window) in windows.enumerated() {
      try reader.read(window, into: &planes)
      for (index, writer) in writers.enumerated() {
        try planes.withUnsafeBufferPointer {
          try writer.write(
            window, band: 1,
            UnsafeBufferPointer(
              rebasing: $0[index * window.pixelCount..<(index + 1) * window.pixelCount]))
        }
      }
      try run.advance(done + 1, of: windows.count)
    }
    for (name, writer) in zip(rasters.names, writers) {
      try writer.finish()
      try run.recordOutput(IndicesStage.file(scene, name))
    }
  }

  /// One raster for each channel that is written.
  public func outputs(_ scene: Scene?) -> [String] {
    guard let scene else { return [] }
    return rasters.names.map { IndicesStage.file(scene, $0) }
  }

  private static func file(_ scene: Scene, _ channel: String) -> String {
    "\(scene.name)_\(channel).tif"
  }
}

extension StyleQML {
  /// A ramp for differences of indices: green where greener after, brown where burned.
  static let index = ramp([
    Stop(value: -0.5, colour: Colour(red: 26, green: 152, blue: 80)),
    Stop(value: 0, colour: Colour(red: 247, green: 247, blue: 247)),
    Stop(value: 0.27, colour: Colour(red: 253, green: 174, blue: 97)),
    Stop(value: 0.66, colour: Colour(red: 215, green: 48, blue: 39)),
    Stop(value: 1, colour: Colour(red: 103, green: 0, blue: 31)),
  ])
}
