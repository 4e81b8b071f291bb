import Testing

@testable import Accuracy

@Suite struct FineGrainedIoUTests {
  /// A one-class image whose IoU is `hits` / 10.
  private func image(_ hits: Int) -> ConfusionMatrix {
    ConfusionMatrix(counts: [[hits, 10 - hits], [0, 0]])
  }

  @Test func aClassThatIsOnlyPredictedDoesNotCountInAnImage() {
    let scores = FineGrainedIoU([image(4), ConfusionMatrix(counts: [[1, 1], [0, 2]])])
    #expect(scores.imageClassScores == [[0.4, nil], [0.5, 2.0 / 3]])
    #expect(scores.imageScores == [0.4, (0.5 + 2.0 / 3) / 2])
    #expect(scores.classScores == [0.45, 2.0 / 3])
    // Summed: class 0 has 5 of 12 pixels, class 1 2 of 9: the six wrong ones of image 1 count.
    #expect(scores.datasetMean == (5.0 / 12 + 2.0 / 9) / 2)
  }

  @Test func theWorstImagesAreRoundedDownButAtLeastOne() {
    let images = (0..<10).map(image)
    #expect(FineGrainedIoU(images, worstPercent: 5).worstImageMean == 0)
    #expect(FineGrainedIoU(images, worstPercent: 29).worstImageMean == 0.05)
    #expect(FineGrainedIoU(images, worstPercent: 100).worstClassMean == 0.45)
  }

  /// In doubles 0.29 * 100 is below 29, which would take 28 of 100 images for 29 %.
  @Test func aPercentageThatIsExactIsNotRoundedDown() throws {
    let images = (0..<100).map { image($0 / 10) }
    let worst = try #require(FineGrainedIoU(images, worstPercent: 29).worstImageMean)
    // Ten images of 0, ten of 0.1, nine of 0.2; sums of a few dozen rounded numbers: 1e-14.
    #expect(abs(worst - (10 * 0.1 + 9 * 0.2) / 29) < 1e-14)
  }

  @Test func imagesWithoutReferenceAreLeftOut() {
    let scores = FineGrainedIoU([image(4), ConfusionMatrix(classCount: 2)])
    #expect(scores.imageScores == [0.4, nil])
    #expect(scores.score(.imageMeanIoU) == 0.4)
    #expect(FineGrainedIoU([]).score(.imageMeanIoU) == nil)
  }
}
