import Testing

@testable import Simulation

@Suite struct IlluminationTests {
  @Test func levelGroundIsNeitherBrighterNorDarker() {
    let sun = Illumination(elevationDegrees: 50, azimuthDegrees: 140)
    let factors = sun.factors(gradientX: 0, gradientY: 0)
    // The share of the sky and that of the sun add to one, up to rounding.
    for band in 0..<6 { #expect(abs(factors[band] - 1) < 1e-6) }
  }

  @Test func slopesTowardsTheSunAreBrighterAndThoseAwayDarkerMostInTheInfrared() {
    let sun = Illumination(elevationDegrees: 45, azimuthDegrees: 180)
    // Ground that rises northwards (falls along the rows) faces the sun in the south.
    let bright = sun.factors(gradientX: 0, gradientY: -0.4)
    let dark = sun.factors(gradientX: 0, gradientY: 0.4)
    #expect(bright[3] > 1.2 && dark[3] < 0.7)
    #expect(dark[3] < dark[0])
  }

  @Test func shadowsFallAwayFromTheSun() {
    let sun = Illumination(elevationDegrees: 45, azimuthDegrees: 135)
    let offset = sun.shadowOffset(cloudHeightMetres: 1200, pixelSizeMetres: 30)
    // The sun is in the south-east at 45°: 40 pixels to the north-west, 28 along each axis.
    #expect(offset.x == -28)
    #expect(offset.y == -28)
  }

  @Test func aShadowDarkensTheInfraredMost() {
    let shadow = Illumination.shadow(depth: 1)
    #expect(shadow[0] > shadow[3] && shadow[3] > shadow[5])
    #expect(shadow[3] < 0.25)
  }
}
