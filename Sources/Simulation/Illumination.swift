/// The sun's place in the sky at one acquisition, and what it does to the brightness of slopes.
///
/// The images are surface reflectance *without* topographic correction, as Landsat level 2 is: a
/// slope's brightness goes with the cosine of the sun's incidence (Teillet et al. 1982), softened by
/// the light of the sky, whose share falls with wavelength.
struct Illumination: Sendable {
  /// Unit vector to the sun: east, south, up.
  let sun: SIMD3<Float>

  /// The share of diffuse light under a clear sky in each band.
  static let diffuse = Bands(0.30, 0.24, 0.18, 0.11, 0.07, 0.05, 0, 0)

  /// Places the sun.
  ///
  /// - Parameters:
  ///   - elevationDegrees: The height above the horizon.
  ///   - azimuthDegrees: Clockwise from north.
  init(elevationDegrees: Float, azimuthDegrees: Float) {
    let elevation = PortableMath.radians(elevationDegrees)
    let azimuth = PortableMath.radians(azimuthDegrees)
    let level = PortableMath.cos(elevation)
    sun = SIMD3(
      PortableMath.sin(azimuth) * level, -PortableMath.cos(azimuth) * level,
      PortableMath.sin(elevation))
  }

  /// The direct light on a slope relative to level ground, 0 … 1.7.
  func direct(gradientX: Float, gradientY: Float) -> Float {
    let length = (1 + gradientX * gradientX + gradientY * gradientY).squareRoot()
    let cosine = (sun.z - gradientX * sun.x - gradientY * sun.y) / length
    return (cosine / sun.z).clamped(0, 1.7)
  }

  /// The factors by which a slope's bands are brighter or darker than on level ground.
  func factors(gradientX: Float, gradientY: Float) -> Bands {
    let light = direct(gradientX: gradientX, gradientY: gradientY)
    return Self.diffuse + (1 - Self.diffuse) * light
  }

  /// The factors by which a cloud's shadow darkens the bands; the blue sky still shines into it.
  ///
  /// - Parameter depth: 0 outside the shadow, 1 in the core of a thick cloud's shadow.
  static func shadow(depth: Float) -> Bands {
    1 - depth * (1 - (1.15 * diffuse + 0.06))
  }

  /// How far from a cloud its shadow falls, in pixels east and south.
  func shadowOffset(cloudHeightMetres: Float, pixelSizeMetres: Float) -> (x: Int, y: Int) {
    let reach = cloudHeightMetres / (sun.z * pixelSizeMetres)
    return (Int((-sun.x * reach).rounded()), Int((-sun.y * reach).rounded()))
  }
}
