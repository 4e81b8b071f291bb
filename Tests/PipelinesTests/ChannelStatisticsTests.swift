import Testing

@testable import Pipelines

struct ChannelStatisticsTests {
  @Test("Mean and deviation are over the chosen, observed pixels of all windows")
  func byHand() {
    var statistics = ChannelStatistics(channels: 2)
    statistics.add([1, .nan, 3, 100, 10, .nan, 10, 0], count: 4) { $0 != 3 }
    statistics.add([8, 10], count: 1) { _ in true }
    #expect(statistics.pixelCount == 3)
    let channels = statistics.channels(["a", "b"])
    // 1, 3, 8: mean 4, squares 9 + 1 + 16 over 2
    #expect(channels[0].name == "a" && abs(channels[0].mean - 4) < 1e-12)
    #expect(abs(channels[0].deviation - 13.0.squareRoot()) < 1e-12)
    // a constant channel is not divided by 0
    #expect(channels[1].mean == 10 && channels[1].deviation == 1)
  }

  @Test("A small deviation beside a large mean is not lost")
  func large() {
    var statistics = ChannelStatistics(channels: 1)
    // 16 777 216 and 16 777 218 alternately: deviation 1 to 1e-6 of the count's correction
    statistics.add((0..<1000).map { $0 % 2 == 0 ? 16_777_216 : 16_777_218 }, count: 1000) { _ in
      true
    }
    #expect(abs(statistics.channels(["a"])[0].deviation - 1) < 1e-3)
  }

  @Test("Without pixels there is nothing to normalise by")
  func none() {
    let channels = ChannelStatistics(channels: 1).channels(["a"])
    #expect(channels[0].mean == 0 && channels[0].deviation == 1)
  }
}
