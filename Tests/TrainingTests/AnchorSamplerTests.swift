import Engine
import Testing

@testable import Training

struct AnchorSamplerTests {
  /// Two images of 8 × 6: a vertical edge between classes 0 and 1, an ignored column in the second.
  private let labels: [UInt8] = (0..<2).flatMap { image in
    (0..<6).flatMap { _ in (0..<8).map { x -> UInt8 in image == 1 && x == 4 ? 255 : x < 4 ? 0 : 1 }
    }
  }

  @Test func boundariesAreBesideAnotherClassOnly() {
    let sampler = AnchorSampler(anchorsPerClass: 4, boundaryShare: 1)
    let found = sampler.boundaryPixels(labels, height: 6, width: 8)
    for pixel in labels.indices {
      let (image, x) = (pixel / 48, pixel % 8)
      #expect(found[pixel] == (image == 0 && (x == 3 || x == 4)), "\(pixel)")
    }
  }

  @Test func anchorsAreDrawnEvenlyOnceAndFromTheBoundaryFirst() {
    let sampler = AnchorSampler(anchorsPerClass: 8, boundaryShare: 0.5)
    var generator = SeededGenerator(seed: 2)
    let anchors = sampler.draw(labels, height: 6, width: 8, using: &generator)
    #expect(Set(anchors).count == 16 && anchors == anchors.sorted())
    #expect(anchors.count { labels[$0] == 0 } == 8 && anchors.count { labels[$0] == 1 } == 8)
    let boundary = sampler.boundaryPixels(labels, height: 6, width: 8)
    #expect(anchors.count { boundary[$0] } == 8)
    var same = SeededGenerator(seed: 2)
    #expect(sampler.draw(labels, height: 6, width: 8, using: &same) == anchors)
  }

  @Test func aClassWithFewPixelsGivesAllOfThem() {
    var generator = SeededGenerator(seed: 1)
    let few: [UInt8] = [0, 0, 255, 1, 0, 0]
    let anchors = AnchorSampler(anchorsPerClass: 3, boundaryShare: 0.5).draw(
      few, height: 1, width: 6, using: &generator)
    #expect(anchors.count { few[$0] == 1 } == 1 && anchors.count == 4)
  }
}
