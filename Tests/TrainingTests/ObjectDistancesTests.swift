import Glibc
import Testing

@testable import Training

struct ObjectDistancesTests {
  /// Digits are classes, `.` is ignored.
  private func classes(_ rows: [String]) -> [UInt8] {
    rows.joined().map { $0 == "." ? 255 : UInt8(String($0)) ?? 255 }
  }

  @Test func objectsAreConnectedAcrossCornersAndByOneClass() {
    let objects = ObjectLabels(
      classes([
        "1002",
        "0102",
        "2001",
        "2.01",
      ])[...], width: 4)
    #expect(objects.count == 4)
    #expect(objects.values == [1, 0, 0, 2, 0, 1, 0, 2, 3, 0, 0, 4, 3, 0, 0, 4])
  }

  @Test func ignoredPixelsPartObjects() {
    #expect(ObjectLabels(classes(["11.11"])[...], width: 5).count == 2)
  }

  @Test func distancesAreThoseOfAllPairsOfPixels() {
    var generator = Generator(seed: 5)
    for (width, height, share) in [(13, 9, 0.1), (9, 13, 0.4), (17, 1, 0.3), (1, 17, 0.3)] {
      let values = (0..<width * height).map { _ in
        UInt8(generator.uniform(0...1) < share ? 1 : 0)
      }
      let objects = ObjectLabels(values[...], width: width)
      let found = ObjectDistances(objects, width: width).nearest
      for pixel in values.indices {
        var least = [Int](repeating: .max, count: objects.count)
        for other in values.indices where objects.values[other] != 0 {
          let (dx, dy) = (pixel % width - other % width, pixel / width - other / width)
          let object = Int(objects.values[other]) - 1
          least[object] = min(least[object], dx * dx + dy * dy)
        }
        least.sort()
        #expect(found[pixel].first.square == least.first ?? .max)
        #expect(found[pixel].second.square == least.dropFirst().first ?? .max)
      }
    }
  }

  @Test func reachLimitsTheSearchAlongARow() {
    let objects = ObjectLabels(classes(["1000000001"])[...], width: 10)
    let near = ObjectDistances(objects, width: 10, reach: 3).nearest
    #expect(near[1].first.square == 1 && near[1].second.object == 0)
    #expect(near[4].first.object == 0)
    #expect(ObjectDistances(objects, width: 10).nearest[1].second.square == 64)
  }
}
