import Configuration

/// Tests of the six bands that Landsat and Sentinel-2 share, for pixels that show no ground.
///
/// They hold for surface or top-of-atmosphere reflectance. They are plain on purpose: a mask made for
/// the sensor (QA_PIXEL, SCL) is better where there is one.
struct SpectralTests: Sendable, Equatable {
  /// Whether pixels with a saturated band are hidden.
  var saturation = true
  /// Whether pixels that lack a band, or are 0 or less in all, are hidden.
  var stripes = true
  /// Whether snow is hidden.
  var snow = true
  /// Whether cloud is hidden.
  var cloud = true
  /// Whether cloud shadow is hidden.
  var shadow = true
  /// Reflectance above this is saturated.
  var saturationAbove: Float = 1
  var snowIndex: Float = 0.4
  var snowNIR: Float = 0.11
  var snowGreen: Float = 0.1
  var cloudBlue: Float = 0.22
  var cloudHaze: Float = 0.08
  var cloudWhiteness: Float = 0.7
  var shadowNIR: Float = 0.1
  var shadowSWIR1: Float = 0.08
  /// Pixels around cloud that are hidden too.
  var dilation = 0
  /// How far from cloud a shadow may lie, in pixels.
  var shadowDistance = 60

  /// Cloud of less than this in swir2 is water (Zhu and Woodcock 2012, basic test).
  private static let cloudSWIR2: Float = 0.03
  /// Burned ground is brighter in swir2 than vegetation in shadow is.
  private static let shadowSWIR2: Float = 0.06
  private static let shadowRatio: Float = 0.6
  /// Of the nine pixels around, so many must be dark: lone dark pixels are no shadow.
  private static let shadowNeighbours = 5

  /// The bands of each test.
  static let bands: [(test: String, bands: [String])] = [
    ("snow", ["green", "nir", "swir1"]),
    ("cloud", ["blue", "green", "red", "nir", "swir1", "swir2"]),
    ("shadow", ["blue", "green", "red", "nir", "swir1", "swir2"]),
  ]

  /// Pixels around a window that its tests look at.
  var halo: Int { shadow ? shadowDistance + dilation + 1 : cloud ? dilation : 0 }

  /// Where the bands of one image lie among the planes that are read.
  struct ImageBands: Sendable {
    /// All planes of the image.
    var all: [Int]
    /// The stored value that cannot be exceeded, in reflectance, for each plane of `all`; infinite:
    /// none.
    var greatest: [Float]
    /// The plane of a band by name.
    var named: [String: Int]
  }

  /// The reason to hide each pixel of a window.
  ///
  /// - Parameters:
  ///   - planes: Bands, plane after plane, NaN where not observed.
  ///   - bands: The planes of one image.
  ///   - width: Pixels of a row.
  ///   - height: Rows.
  func reasons(
    _ planes: [Float], _ bands: ImageBands, width: Int, height: Int
  ) -> [HiddenReason] {
    let count = width * height
    var reasons = [HiddenReason](repeating: .good, count: count)
    for pixel in 0..<count {
      reasons[pixel] = plainReason(bands) { planes[$0 * count + pixel] }
    }
    guard cloud || shadow, let spectrum = Spectrum(bands) else { return reasons }
    let open = { (pixel: Int) in reasons[pixel] == .good }
    let cloudy = (0..<count).map { pixel in
      open(pixel) && isCloud(spectrum.values { planes[$0 * count + pixel] })
    }
    let wide = cloudy.dilated(by: dilation, width: width, height: height)
    if cloud {
      for pixel in 0..<count where wide[pixel] && open(pixel) { reasons[pixel] = .cloud }
    }
    guard shadow, cloudy.contains(true) else { return reasons }
    let near = wide.dilated(by: shadowDistance, width: width, height: height)
    let dark = (0..<count).map { pixel in
      near[pixel] && open(pixel) && isShadow(spectrum.values { planes[$0 * count + pixel] })
    }
    let neighbours = dark.neighbourCounts(width: width, height: height)
    for pixel in 0..<count where dark[pixel] && neighbours[pixel] >= Self.shadowNeighbours {
      reasons[pixel] = .shadow
    }
    return reasons
  }

  /// The reasons that a pixel gives by itself.
  private func plainReason(_ bands: ImageBands, _ value: (Int) -> Float) -> HiddenReason {
    var (isSaturated, isObserved, isPositive) = (false, true, false)
    for (plane, greatest) in zip(bands.all, bands.greatest) {
      let value = value(plane)
      if value.isNaN { isObserved = false }
      if value > 0 { isPositive = true }
      if value > saturationAbove || value >= greatest { isSaturated = true }
    }
    if stripes, !isObserved || !isPositive { return .notObserved }
    if saturation, isSaturated { return .saturated }
    if snow, let green = bands.named["green"], let nir = bands.named["nir"],
      let swir1 = bands.named["swir1"]
    {
      // Hall, Riggs and Salomonson 1995; the limit on green by Klein, Hall and Riggs 1998
      let (green, swir1) = (value(green), value(swir1))
      if green > snowGreen, value(nir) > snowNIR, green - swir1 > snowIndex * (green + swir1) {
        return .snow
      }
    }
    return .good
  }

  /// Bright, white and hazy (HOT), after Zhu and Woodcock 2012, equations 1, 2 and 3.
  private func isCloud(_ band: Spectrum.Values) -> Bool {
    let mean = (band.blue + band.green + band.red) / 3
    let whiteness =
      (abs(band.blue - mean) + abs(band.green - mean) + abs(band.red - mean)) / mean
    return band.blue > cloudBlue && band.blue - 0.5 * band.red > cloudHaze
      && whiteness < cloudWhiteness && band.swir2 > Self.cloudSWIR2
  }

  /// Dark, neither water (green above nir, McFeeters 1996) nor charred (swir2 near or above nir).
  private func isShadow(_ band: Spectrum.Values) -> Bool {
    band.nir < shadowNIR && band.swir1 < shadowSWIR1 && band.swir2 < Self.shadowSWIR2
      && band.swir2 < Self.shadowRatio * band.nir && band.green < band.nir
  }

  /// The six bands of an image.
  private struct Spectrum {
    struct Values {
      var blue, green, red, nir, swir1, swir2: Float
    }

    private let planes: [Int]

    init?(_ bands: ImageBands) {
      let names = ["blue", "green", "red", "nir", "swir1", "swir2"]
      planes = names.compactMap { bands.named[$0] }
      guard planes.count == names.count else { return nil }
    }

    func values(_ value: (Int) -> Float) -> Values {
      Values(
        blue: value(planes[0]), green: value(planes[1]), red: value(planes[2]),
        nir: value(planes[3]), swir1: value(planes[4]), swir2: value(planes[5]))
    }
  }
}
