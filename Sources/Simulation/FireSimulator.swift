/// A pair of simulated images with the truth about the fires between them.
public struct SimulatedScene: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The image before the fires: six planes in the order of `bandNames`.
  ///
  /// Digital numbers are surface reflectance times 1000; 0 is nodata.
  public let pre: [[UInt16]]
  /// The image after the fires, like `pre`.
  public let post: [[UInt16]]
  /// 0 unburned, 1 burned, 255 not labelled: outside either image, or under thick cloud or deep
  /// shadow in either.
  public let truth: [UInt8]
  /// The severity of the burn, 0 (unburned) … 1 (everything consumed), known under clouds as well.
  public let severity: [Float]
  /// Metres above sea level.
  public let elevation: [Float]
  /// The date of the first image.
  public let preDate: String
  /// The date of the second image.
  public let postDate: String
  /// The names of the bands.
  public let bandNames: [String]
}

/// Makes pairs of multispectral images before and after a season of fires.
///
/// The same seed, size and options give the same bytes on every machine. Lengths are in pixels of
/// 30 m whatever the size, so a small scene shows a small piece of land. Time and memory are
/// proportional to the number of pixels: some seconds and about 0.5 GB for 1024 × 1024.
public struct FireSimulator: Sendable {
  /// What can be chosen beside seed and size.
  public struct Options: Sendable, Equatable {
    /// The burned share of the scene that is aimed at, 0 … 0.5.
    public var burnedShare: Float = 0.115
    /// The share of each image under thick cloud, 0 … 0.3; shadows and thin cloud come on top.
    public var cloudShare: Float = 0.03
    /// How much else changes (harvest, felling, water levels …): 0 only the drying of grass, 1 as usual, at most 2.
    public var changeStrength: Float = 1
    /// Multiplies the noise of the sensor; 1 is a standard deviation of 0.0010 to 0.0017.
    public var noiseFactor: Float = 1
    /// Whether the images have slanted edges and dead stripes without data.
    public var hasGaps = true

    /// Creates the default options.
    public init() {}
  }

  /// The side of a pixel in metres.
  public static let pixelSizeMetres: Float = 30

  private let seed: UInt64
  private let width: Int
  private let height: Int
  private let options: Options

  /// Prepares a simulation.
  ///
  /// - Parameters:
  ///   - seed: Chooses the scene.
  ///   - width: Columns, at least 32.
  ///   - height: Rows, at least 32.
  ///   - options: What else can be chosen.
  public init(seed: UInt64, width: Int = 1024, height: Int = 1024, options: Options = Options()) {
    precondition(
      width >= 32 && height >= 32, "a simulated scene of \(width) × \(height) is below 32 × 32")
    precondition(
      (0...0.5).contains(options.burnedShare) && (0...0.3).contains(options.cloudShare)
        && (0...2).contains(options.changeStrength) && options.noiseFactor >= 0,
      "an option of the simulator is out of its range: \(options)")
    self.seed = seed
    self.width = width
    self.height = height
    self.options = options
  }

  /// Makes the scene.
  public func run() -> SimulatedScene {
    let terrain = Terrain(
      seed: seed, width: width, height: height, pixelSizeMetres: Self.pixelSizeMetres)
    let land = LandCover(seed: seed, terrain: terrain, changeStrength: options.changeStrength)
    var story = Story(seed: seed, land: land, terrain: terrain)
    story.burnLongBefore(share: 0.02 * options.changeStrength)
    let changes = Changes(
      seed: seed, land: land, terrain: terrain, before: story.before,
      strength: options.changeStrength)
    story.burn(share: options.burnedShare, changes: changes)

    var random = RandomSource(seed: seed, stream: 20)
    let texture = GroundTexture(width: width, height: height, random: &random)
    let pre = exposure(
      .first, of: story.before, terrain: terrain, changes: changes, texture: texture,
      random: &random)
    let post = exposure(
      .second, of: story.after, terrain: terrain, changes: changes, texture: texture,
      random: &random)
    var truth = [UInt8](repeating: 255, count: width * height)
    for pixel in truth.indices where pre.isLabelled(pixel) && post.isLabelled(pixel) {
      truth[pixel] = story.severity[pixel] > 0 ? 1 : 0
    }
    return SimulatedScene(
      width: width, height: height, pre: pre.planes, post: post.planes, truth: truth,
      severity: story.severity.values, elevation: terrain.elevation, preDate: "2023-07-04",
      postDate: "2023-09-14", bandNames: ["blue", "green", "red", "nir", "swir1", "swir2"])
  }

  private enum Acquisition { case first, second }

  private struct Exposure {
    var planes: [[UInt16]]
    var clouds: Clouds
    var observed: [Bool]

    func isLabelled(_ pixel: Int) -> Bool { observed[pixel] && !clouds.hides(pixel) }
  }

  /// Lights the ground, draws the clouds before it and takes the image.
  private func exposure(
    _ date: Acquisition, of ground: [Composition], terrain: Terrain, changes: Changes,
    texture: GroundTexture, random: inout RandomSource
  ) -> Exposure {
    let sun =
      date == .first
      ? Illumination(elevationDegrees: 63, azimuthDegrees: 128)
      : Illumination(elevationDegrees: 49, azimuthDegrees: 150)
    let clouds = Clouds(
      seed: seed, stream: date == .first ? 30 : 31, width: width, height: height,
      share: options.cloudShare, sun: sun, pixelSizeMetres: Self.pixelSizeMetres)
    let gain = Bands(repeating: 1 + 0.012 * random.gaussian())
    let haze = random.uniform(0, 0.006) * Bands(1, 0.6, 0.35, 0.12, 0.03, 0, 0, 0)
    var image = [Bands](repeating: .zero, count: ground.count)
    Material.table.withUnsafeBufferPointer { table in
      for pixel in ground.indices {
        var bands = ground[pixel].reflectance(table)
        bands *= texture.factor(pixel, isFirst: date == .first, green: ground[pixel].green)
        if date == .second && changes.wetness[pixel] > 0 {
          // Water darkens soil, most in the short-wave infrared (Lobell and Asner 2002).
          let wet = changes.wetness[pixel] * (1 - ground[pixel].green).clamped
          bands *= 1 - wet * Bands(0.32, 0.34, 0.36, 0.38, 0.46, 0.52, 0, 0)
        }
        if date == .first && changes.snow[pixel] > 0 {
          let snow = changes.snow[pixel]
          bands = bands * (1 - snow) + snow * Bands(0.72, 0.72, 0.70, 0.62, 0.12, 0.08, 0, 0)
        }
        bands *= sun.factors(
          gradientX: terrain.gradientX[pixel], gradientY: terrain.gradientY[pixel])
        image[pixel] = clouds.seen(bands * gain + haze, pixel)
      }
    }
    let shift = SIMD2(random.uniform(-0.3, 0.3), random.uniform(-0.3, 0.3))
    image = Sensor.blurred(
      image, width: width, height: height, spread: 0.12,
      shift: date == .first ? SIMD2(0, 0) : shift)
    let observed =
      options.hasGaps
      ? Sensor.swath(width: width, height: height, random: &random)
      : [Bool](repeating: true, count: ground.count)
    let planes = Sensor.digitised(
      image, observed: observed, noiseFactor: options.noiseFactor, random: &random)
    return Exposure(planes: planes, clouds: clouds, observed: observed)
  }
}

/// The unevenness of the ground that no material accounts for: crowns, clods, tracks.
private struct GroundTexture {
  private let fine: Field
  private let coarse: Field
  private let drift: Field

  init(width: Int, height: Int, random: inout RandomSource) {
    fine = FractalNoise(wavelength: 5, octaves: 2, gain: 0.6)
      .field(width: width, height: height, random: &random)
    coarse = FractalNoise(wavelength: 80, octaves: 5, gain: 0.62)
      .field(width: width, height: height, random: &random)
    drift = FractalNoise(wavelength: 90, octaves: 4)
      .field(width: width, height: height, random: &random)
  }

  /// The brightness of a pixel relative to its materials.
  func factor(_ pixel: Int, isFirst: Bool, green: Float) -> Float {
    let change = isFirst ? 0 : 0.035 * drift[pixel]
    return 1 + (0.035 + 0.05 * green) * fine[pixel] + 0.09 * coarse[pixel] + change
  }
}
