import Testing

@testable import Simulation

@Suite struct StoryTests {
  @Test func oldScarsAreCharredBeforeAndAreNotBurnedAgain() {
    let terrain = Terrain(seed: 7, width: 160, height: 160, pixelSizeMetres: 30)
    let land = LandCover(seed: 7, terrain: terrain, changeStrength: 1)
    var story = Story(seed: 7, land: land, terrain: terrain)
    story.burnLongBefore(share: 0.03)
    let scars = story.before.indices.filter { story.before[$0][.char] > 0 }
    #expect(scars.count > 300)
    let changes = Changes(
      seed: 7, land: land, terrain: terrain, before: story.before, strength: 1)
    story.burn(share: 0.1, changes: changes)
    // Stubble may be burned off on an old scar; no fire runs over one.
    for pixel in scars where !changes.stubbleFires[pixel] { #expect(story.severity[pixel] == 0) }
    for pixel in land.cover.indices where [.water, .urban, .bare].contains(land.cover[pixel]) {
      #expect(story.severity[pixel] == 0)
    }
    let burned = story.severity.values.filter { $0 > 0 }.count
    #expect((0.08...0.15).contains(Float(burned) / 25_600))
  }
}
