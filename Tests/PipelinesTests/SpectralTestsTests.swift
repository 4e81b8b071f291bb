import Engine
import TestSupport
import Testing

@testable import Pipelines

struct SpectralTestsTests {
  static let ground: [Float] = [0.04, 0.07, 0.08, 0.25, 0.2, 0.13]
  static let cloud: [Float] = [0.4, 0.41, 0.42, 0.45, 0.35, 0.28]

  static let bands = SpectralTests.ImageBands(
    all: Array(0..<6), greatest: [Float](repeating: 65.53, count: 6),
    named: ["blue": 0, "green": 1, "red": 2, "nir": 3, "swir1": 4, "swir2": 5])

  /// The reason for a pixel among ground, or beside a cloud.
  private func reason(
    _ spectrum: [Float], tests: SpectralTests = SpectralTests()
  ) -> HiddenReason {
    let planes = (0..<6).flatMap { band in
      (0..<25).map { $0 == 12 ? spectrum[band] : Self.ground[band] }
    }
    return tests.reasons(planes, Self.bands, width: 5, height: 5)[12]
  }

  @Test("Saturation, gaps, snow and cloud are told apart, and each test can be switched off")
  func each() {
    let cases: [([Float], HiddenReason, WritableKeyPath<SpectralTests, Bool>)] = [
      ([0.9, 1.01, 0.9, 0.9, 0.2, 0.1], .saturated, \.saturation),
      ([0.1, 0.1, 0.1, 65.53, 0.2, 0.1], .saturated, \.saturation),
      ([0.1, .nan, 0.1, 0.3, 0.2, 0.1], .notObserved, \.stripes),
      ([0, 0, -0.01, 0, 0, 0], .notObserved, \.stripes),
      // NDSI 0.75
      ([0.6, 0.63, 0.65, 0.6, 0.09, 0.07], .snow, \.snow), (Self.cloud, .cloud, \.cloud),
    ]
    for (spectrum, expected, test) in cases {
      #expect(reason(spectrum) == expected)
      var others = SpectralTests()
      others[keyPath: test] = false
      #expect(reason(spectrum, tests: others) != expected)
    }
  }

  @Test("Burned ground, water, bright soil, forest and sand stay")
  func kept() {
    for spectrum: [Float] in [
      Self.ground, [0.03, 0.035, 0.04, 0.07, 0.09, 0.11], [0.06, 0.06, 0.04, 0.02, 0.01, 0.005],
      [0.14, 0.2, 0.27, 0.33, 0.42, 0.36], [0.02, 0.04, 0.03, 0.3, 0.12, 0.05],
      [0.24, 0.32, 0.38, 0.45, 0.5, 0.45],
    ] {
      #expect(reason(spectrum) == .good)
    }
  }

  /// A row of a cloud pixel, then ground with dark pixels in it, three rows high.
  private func shadowed(_ dark: [Float], at columns: ClosedRange<Int>) -> [HiddenReason] {
    let width = 40
    let planes = (0..<6).flatMap { band in
      (0..<3 * width).map { pixel in
        let x = pixel % width
        return x < 2 ? Self.cloud[band] : columns.contains(x) ? dark[band] : Self.ground[band]
      }
    }
    var tests = SpectralTests()
    tests.shadowDistance = 20
    let reasons = tests.reasons(planes, Self.bands, width: width, height: 3)
    return Array(reasons[width..<2 * width])
  }

  @Test("Dark vegetation near cloud is shadow; water and burned ground there are not")
  func shadow() {
    let dark: [Float] = [0.02, 0.025, 0.02, 0.06, 0.03, 0.015]
    let found = shadowed(dark, at: 10...14)
    #expect(found.indices.filter { found[$0] == .shadow } == [10, 11, 12, 13, 14])
    for spectrum: [Float] in [
      [0.03, 0.03, 0.02, 0.01, 0.005, 0.002], [0.02, 0.025, 0.03, 0.06, 0.06, 0.055],
    ] {
      #expect(!shadowed(spectrum, at: 10...14).contains(.shadow))
    }
    // further than 20 pixels from the cloud, whose last column is 1
    #expect(!shadowed(dark, at: 25...29).contains(.shadow))
    let edge = shadowed(dark, at: 18...24)
    #expect(edge.indices.filter { edge[$0] == .shadow } == [18, 19, 20, 21])
  }

  @Test("Cloud is widened by the dilation")
  func dilation() {
    var tests = SpectralTests()
    tests.dilation = 2
    let planes = (0..<6).flatMap { band in
      (0..<49).map { $0 == 24 ? Self.cloud[band] : Self.ground[band] }
    }
    let reasons = tests.reasons(planes, Self.bands, width: 7, height: 7)
    for (pixel, reason) in reasons.enumerated() {
      let near = abs(pixel % 7 - 3) <= 2 && abs(pixel / 7 - 3) <= 2
      #expect(reason == (near ? .cloud : .good))
    }
  }

  @Test("Flags are widened as looking at every pixel around says", arguments: [0, 1, 2, 5, 30])
  func widening(radius: Int) {
    let (width, height) = (17, 11)
    let flags = (0..<width * height).map { hashed($0 % width, $0 / width, 3) > 0.96 }
    let wide = flags.dilated(by: radius, width: width, height: height)
    for pixel in flags.indices {
      let expected = flags.indices.contains {
        flags[$0] && abs($0 % width - pixel % width) <= radius
          && abs($0 / width - pixel / width) <= radius
      }
      #expect(wide[pixel] == expected)
    }
    #expect(flags.contains(true))
  }

  @Test("Bits, values and anything but 0 hide; a pixel without a value stays")
  func rules() {
    let cloudOrSnow = FileMaskRule.bits(1 << 3 | 1 << 5)
    // 21824 clear land, 22280 cloud, 30048 snow in Landsat's QA_PIXEL
    let qualities: [Int32?] = [21_824, 22_280, 30_048]
    #expect(qualities.map(cloudOrSnow.hides) == [false, true, true])
    let values = FileMaskRule.values([3, 8])
    #expect(!values.hides(4) && values.hides(8) && values.hides(3))
    let any = FileMaskRule.nonzero
    #expect(!any.hides(0) && any.hides(1) && any.hides(-1))
    #expect(!FileMaskRule.nonzero.hides(nil) && !cloudOrSnow.hides(nil))
    #expect(FileMaskRule.bitNames[3] == "cloud" && FileMaskRule.bitNames[5] == "snow")
  }
}
