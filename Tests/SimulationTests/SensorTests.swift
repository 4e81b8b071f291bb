import Testing

@testable import Simulation

@Suite struct SensorTests {
  @Test func blurKeepsTheLightAndMovesItByTheShift() {
    var image = [Bands](repeating: .zero, count: 81)
    image[40] = Bands(repeating: 1)
    let blurred = Sensor.blurred(
      image, width: 9, height: 9, spread: 0.1, shift: SIMD2(0.25, -0.1))
    var (sum, x, y) = (Float(0), Float(0), Float(0))
    for pixel in 0..<81 {
      sum += blurred[pixel][0]
      x += blurred[pixel][0] * Float(pixel % 9 - 4)
      y += blurred[pixel][0] * Float(pixel / 9 - 4)
    }
    // Nine weights of Float.
    #expect(abs(sum - 1) < 1e-6)
    #expect(abs(x - 0.25) < 1e-6)
    #expect(abs(y + 0.1) < 1e-6)
  }

  @Test func whatIsNotObservedIsZeroAndNothingElseIs() {
    var random = RandomSource(seed: 16)
    let image = [Bands](repeating: Bands(repeating: 0), count: 100)
    let observed = (0..<100).map { $0 % 3 != 0 }
    let planes = Sensor.digitised(image, observed: observed, noiseFactor: 1, random: &random)
    #expect(planes.count == 6)
    for plane in planes {
      for pixel in 0..<100 { #expect((plane[pixel] > 0) == observed[pixel]) }
    }
  }

  @Test func withoutNoiseReflectanceIsRoundedToThousandths() {
    var random = RandomSource(seed: 17)
    let planes = Sensor.digitised(
      [Bands(0.1004, 0.1006, 0.25, 0.5, 2, 0.0001, 0, 0)], observed: [true], noiseFactor: 0,
      random: &random)
    #expect(planes.map { $0[0] } == [100, 101, 250, 500, 1600, 1])
  }

  @Test func theSwathIsCutAtTwoCornersAndStripesStayInside() {
    for seed in 0..<40 as Range<UInt64> {
      var random = RandomSource(seed: seed)
      let observed = Sensor.swath(width: 64, height: 40, random: &random)
      #expect(!observed[0] && !observed[64 * 40 - 1])
      #expect(observed.filter { $0 }.count > 64 * 40 * 7 / 10)
    }
  }
}
