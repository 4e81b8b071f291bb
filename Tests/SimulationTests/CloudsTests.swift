import Testing

@testable import Simulation

@Suite struct CloudsTests {
  private let sun = Illumination(elevationDegrees: 50, azimuthDegrees: 140)

  private func clouds(share: Float) -> Clouds {
    Clouds(
      seed: 15, stream: 30, width: 256, height: 256, share: share, sun: sun, pixelSizeMetres: 30)
  }

  @Test func thickCloudCoversAboutTheShareAskedFor() {
    let clouds = clouds(share: 0.1)
    let thick = clouds.opacity.values.filter { $0 > Clouds.hiddenOpacity }.count
    #expect((0.07...0.13).contains(Float(thick) / 65_536))
  }

  @Test func aClearSkyChangesNothing() {
    let clouds = clouds(share: 0)
    let ground = Material.conifer.reflectance
    #expect((0..<65_536).allSatisfy { !clouds.hides($0) && clouds.seen(ground, $0) == ground })
  }

  @Test func cloudsAreBrightAndShadowsAreDark() {
    let clouds = clouds(share: 0.1)
    let ground = Material.conifer.reflectance
    for pixel in 0..<65_536 {
      let seen = clouds.seen(ground, pixel)
      if clouds.opacity[pixel] > 0.9 { #expect(seen[0] > 0.3) }
      if clouds.opacity[pixel] == 0 && clouds.shadow[pixel] > 0.9 {
        #expect(seen[3] < 0.4 * ground[3])
      }
    }
  }
}
