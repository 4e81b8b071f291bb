import Configuration
import Engine
import Glibc
import Models
import Rasters

/// Maps one scene with a model file alone, without a pipeline file.
///
/// The images are brought onto the grid of the one named last in the model card; the bands that
/// are read follow from the card's channels.
public struct ScenePrediction {
  /// How a scene is mapped.
  public struct Options: Sendable {
    /// Where the probabilities go: of the second of two classes, else of all; nil: nowhere.
    public var probabilities: String?
    /// Whether outputs that exist may be replaced.
    public var overwrites = false
    /// Threads.
    public var threads: Int
    /// Side of a window in pixels, rounded up to a multiple of the network's total stride; nil: as
    /// it follows from the halo.
    public var tile: Int?
    /// The most bytes to use; nil: as many as it takes.
    public var memory: Int?
    /// How kernels are chosen.
    public var kernels = KernelChoice.fast
    /// Factor that turns the numbers of all images into reflectance; nil: the files' own.
    public var scale: Double?
    /// Term added after the factor; nil: the files' own.
    public var offset: Double?

    /// Makes options.
    public init(threads: Int) { self.threads = threads }
  }

  /// The name of an image with its path; without a name where the model needs one image only.
  public struct Input: Sendable, Equatable {
    /// `pre`, `post`; nil: the only one.
    public let name: String?
    /// A file, or anything that GDAL opens.
    public let path: String

    /// Names an image.
    public init(name: String?, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// The most bytes of GDAL's block cache outside the network: windows of whole blocks pass through.
  private static let cacheBytes = 64 << 20

  /// The files that are written, in order.
  public let outputs: [String]
  private let model: TrainedModel
  private let classes: ClassList
  private let scene: AlignedScene
  private let channels: ChannelSet
  private let output: String
  private let options: Options

  /// Checks that images, bands and outputs fit the model; reads headers only.
  ///
  /// - Parameters:
  ///   - path: The model file.
  ///   - inputs: The images.
  ///   - output: The path of the map.
  ///   - options: How it is made.
  /// - Throws: `RunError` of kind usage for images or outputs that make no sense; the errors of
  ///   the model file and of the rasters, naming them.
  public init(model path: String, inputs: [Input], output: String, options: Options) throws {
    model = try TrainedModel(path: path)
    classes = try ClassList(model.card, source: path)
    self.output = output
    self.options = options
    outputs = [output] + (options.probabilities.map { [$0] } ?? [])
    let bands = ChannelBands(model.card)
    let images = try bands.paths(inputs, model: path)
    try ScenePrediction.check(
      outputs, inputs: [path] + inputs.map(\.path), overwrites: options.overwrites)
    scene = try bands.scene(images, scale: options.scale, offset: options.offset)
    channels = try bands.channels(of: scene)
    // relates every file to the grid
    _ = try scene.open()
  }

  /// Maps the scene.
  ///
  /// - Returns: Pixels and area of each class.
  /// - Throws: `RasterError` or `RunError`; the outputs are as they were then.
  public func run(observer: any RunObserver = SilentObserver()) throws -> Summary.SceneResult {
    let folder = output.lastIndex(of: "/").map { String(output[...$0]) } ?? ""
    let draft = "\(folder).\(FileSystem.stem(output)).probabilities-\(getpid()).tif"
    defer { for path in [draft, "\(draft).aux.xml"] { unlink(path) } }
    let cache = BlockCache.limit
    BlockCache.set(limit: min(cache, ScenePrediction.cacheBytes))
    defer { BlockCache.set(limit: cache) }
    observer.began(stage: "predict", scene: nil)
    try predict(to: draft, observer)
    observer.ended(stage: "predict", scene: nil)
    observer.began(stage: "write", scene: nil)
    let area = try write(Raster(path: draft), observer)
    observer.ended(stage: "write", scene: nil)
    return result(area)
  }

  /// Writes all probabilities; the network's memory is free again then.
  private func predict(to draft: String, _ observer: any RunObserver) throws {
    let reader = try SceneReader(scene, channels: channels)
    let predictor = WindowPredictor(
      model, pool: ThreadPool(threads: options.threads), kernels: options.kernels)
    // too little memory shows before anything is read
    try predictor.checkMemory(for: reader, tile: options.tile, memory: options.memory)
    try ChannelBands.checkValues(of: reader, model.card)
    var description = RasterDescription(
      grid: reader.grid, type: .float32, bands: classes.items.map(\.name))
    description.layout = .tiled
    let writer = try RasterWriter(path: draft, description: description)
    try predictor.map(reader, tile: options.tile, to: writer, memory: options.memory) {
      observer.progressed(done: $0, total: $1, detail: "")
    }
    try writer.finish()
  }

  private func write(_ probabilities: Raster, _ observer: any RunObserver) throws -> AreaCount {
    let rule = ClassRule.greatest
    var metadata = [
      "TIFFTAG_SOFTWARE": "rspipe \(Version.text)",
      "RSPIPE_MODEL": Digest.of(try model.encoded()), "RSPIPE_CLASS_RULE": rule.text,
    ]
    for (image, date) in scene.dates { metadata["RSPIPE_DATE_\(image.uppercased())"] = date }
    let bands =
      options.probabilities == nil ? 0..<0 : classes.count == 2 ? 1..<2 : 0..<classes.count
    return try MapWriter(classes: classes, rule: rule, bands: bands).write(
      probabilities, map: output, probabilities: options.probabilities, metadata: metadata
    ) { observer.progressed(done: $0, total: $1, detail: "") }
  }

  private func result(_ area: AreaCount) -> Summary.SceneResult {
    var result = Summary.SceneResult(name: FileSystem.stem(output))
    result.dates = scene.dates
    result.classes = classes.items.enumerated().map { value, item in
      Summary.ClassArea(
        value: value, code: item.code, name: item.name, pixels: area.pixels[value],
        hectares: area.hectares(value))
    }
    result.notObservedPixels = area.pixels[classes.count]
    result.notObservedHectares = area.hectares(classes.count)
    return result
  }

  /// Outputs must be no inputs, and must not exist unless they may be replaced.
  private static func check(_ outputs: [String], inputs: [String], overwrites: Bool) throws {
    let known = Set(inputs.map(FileSystem.canonical))
    for (position, path) in outputs.enumerated() {
      if known.contains(FileSystem.canonical(path)) {
        throw RunError(.usage, "\(path): is an input; name another output")
      }
      let folder = FileSystem.directory(path)
      guard folder.isEmpty || FileSystem.isDirectory(folder) else {
        throw RunError(.usage, "\(path): there is no folder '\(folder)'; make it first")
      }
      if FileSystem.isDirectory(path) {
        throw RunError(.usage, "\(path): is a folder; name a file in it")
      }
      if FileSystem.exists(path), !overwrites {
        throw RunError(.usage, "\(path): exists; use --overwrite to replace it")
      }
      if outputs[..<position].contains(where: {
        FileSystem.canonical($0) == FileSystem.canonical(path)
      }) {
        throw RunError(.usage, "\(path): is named for two outputs")
      }
    }
  }
}

extension ClassList {
  /// The classes of a model card.
  fileprivate init(_ card: ModelCard, source: String) throws {
    self.init(
      items: try card.classes.map { item in
        guard let colour = Colour(hex: item.colour) else {
          throw ModelFileError(
            "\(source): the model card: the colour '\(item.colour)' of '\(item.name)' is none")
        }
        return Item(code: item.value, name: item.name, colour: colour)
      })
  }
}

/// What a model card's channels need: images, and bands of them.
private struct ChannelBands {
  private let card: ModelCard
  private let before: String
  private let after: String

  init(_ card: ModelCard) {
    self.card = card
    before = card.images.first ?? "pre"
    after = card.images.last ?? "post"
  }

  /// The images, in the order in which the channels name them.
  private var images: [String] {
    card.channels.reduce(into: []) { images, channel in
      let image = channel.name.prefix { $0 != "." }
      let isDifference = image.count == channel.name.count
      for name in isDifference ? [before, after] : [String(image)] where !images.contains(name) {
        images.append(name)
      }
    }
  }

  /// The path of each image; inputs that the model has no use for are refused.
  func paths(_ inputs: [ScenePrediction.Input], model: String) throws -> [String: String] {
    let needs = "the model \(model) takes " + images.map { "\($0)=FILE" }.joined(separator: " ")
    var paths: [String: String] = [:]
    for input in inputs {
      guard let name = input.name ?? (images.count == 1 ? images[0] : nil) else {
        throw RunError(.usage, "\(input.path): say which image it is: \(needs)")
      }
      guard images.contains(name) else {
        let hint = nearest(name, in: images).map { ". Did you mean '\($0)'?" } ?? ""
        throw RunError(.usage, "unknown image '\(name)' for '\(input.path)': \(needs)\(hint)")
      }
      guard paths.updateValue(input.path, forKey: name) == nil else {
        throw RunError(.usage, "the image '\(name)' is given twice")
      }
    }
    if let name = images.first(where: { paths[$0] == nil }) {
      throw RunError(.usage, "missing the image '\(name)': \(needs)")
    }
    return paths
  }

  /// The bands of all images, on the grid of the one after.
  func scene(_ paths: [String: String], scale: Double?, offset: Double?) throws -> AlignedScene {
    var scene: AlignedScene?
    for image in images {
      guard let path = paths[image] else { preconditionFailure("no path for '\(image)'") }
      var part = try AlignedScene(
        rasters: [image: SceneRaster(path: path)], order: [image],
        bands: bands(of: image, in: Raster(path: path)), gridImage: image, resampling: .bilinear)
      for index in part.bands.indices {
        part.bands[index].scale = scale
        part.bands[index].offset = offset
        part.bands[index].source += scene?.sources.count ?? 0
      }
      scene?.sources += part.sources
      scene?.bands += part.bands
      scene?.dates.merge(part.dates) { first, _ in first }
      if scene == nil { scene = part }
    }
    guard var scene else { preconditionFailure("a model card has channels") }
    if let path = paths[after] { scene.gridPath = path }
    return scene
  }

  /// The channels, from the bands of a scene.
  func channels(of scene: AlignedScene) throws -> ChannelSet {
    try ChannelSet(bands: scene.bandNames, before: before, after: after)
      .selecting(card.channels.map(\.name))
  }

  /// The bands that the channels need of an image.
  ///
  /// An index is computed where the image has its bands; else a band of that name is taken.
  private func bands(of image: String, in raster: Raster) -> [String] {
    var bands: [String] = []
    for channel in card.channels.map(\.name) {
      let needed: [String]
      if channel.hasPrefix("\(image).") {
        let name = String(channel.dropFirst(image.count + 1))
        let index = SpectralIndex.named(name)?.bands
        let isComputable = index?.allSatisfy { (try? raster.bandNumber(named: $0)) != nil }
        needed = isComputable == true ? index ?? [name] : [name]
      } else if !channel.contains("."), image == before || image == after {
        needed =
          ["rd", "d"].lazy.filter(channel.hasPrefix)
          .compactMap { SpectralIndex.named(String(channel.dropFirst($0.count)))?.bands }.first
          ?? []
      } else {
        needed = []
      }
      for band in needed where !bands.contains(band) { bands.append(band) }
    }
    return bands
  }

  /// Refuses images whose numbers are of another kind than those of the training.
  ///
  /// Raw counts for reflectance, as a rule: all bands are off by a large factor, which neither snow
  /// nor water does. They would be mapped all the same, to nonsense.
  static func checkValues(of reader: SceneReader, _ card: ModelCard) throws {
    var planes: [Float] = []
    for window in reader.grid.windows(side: 512) {
      try reader.read(window, into: &planes)
      let count = window.pixelCount
      let observed = (0..<count).filter { !planes[$0].isNaN }
      // a corner may hold anything: judge where there is something to see
      guard observed.count >= min(1000, reader.grid.window.pixelCount / 100 + 1) else { continue }
      let bands = card.channels.enumerated().filter { _, channel in
        let parts = channel.name.split(separator: ".", maxSplits: 1)
        return channel.mean > 0 && parts.count == 2 && SpectralIndex.named(String(parts[1])) == nil
      }
      let means = bands.map { position, _ in
        observed.reduce(0) { $0 + Double(planes[position * count + $1]) } / Double(observed.count)
      }
      let ratios = zip(means, bands).map { $0 / $1.element.mean }
      guard let first = bands.first?.element,
        ratios.allSatisfy({ $0 > 20 }) || ratios.allSatisfy({ $0 < 0.05 })
      else { return }
      throw RunError(
        .input,
        "the values of '\(first.name)' (mean \(decimals(means[0], 4))) are of another kind than "
          + "those that the model was trained on (mean \(decimals(first.mean, 4))); give --scale "
          + "and --offset where the files lack them")
    }
  }
}
