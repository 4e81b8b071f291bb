import Testing

@testable import Pipelines

struct SpectralIndexTests {
  private static let reflectance: [String: Float] = [
    "blue": 0.05, "green": 0.08, "red": 0.06, "rededge1": 0.12, "rededge2": 0.2, "rededge3": 0.25,
    "nir": 0.3, "nir08": 0.32, "swir1": 0.2, "swir2": 0.1,
  ]

  private func value(_ name: String, _ changes: [String: Float] = [:]) throws -> Float {
    let index = try #require(SpectralIndex.named(name))
    let bands = try index.bands.map { try #require(changes[$0] ?? Self.reflectance[$0]) }
    return try bands.withUnsafeBufferPointer { index.value(try #require($0.baseAddress)) }
  }

  private static let handValues: [String: Double] = [
    "nbr": 0.2 / 0.40001,
    "nbr2": 0.1 / 0.30001,
    "ndvi": 0.24 / 0.36001,
    "gndvi": 0.22 / 0.38001,
    "ndre": 0.08 / 0.32001,
    "ndwi": -0.22 / 0.38001,
    // 1 / (0.04² + 0.24²)
    "bai": 1 / 0.0592,
    // (1 - √(0.2 · 0.25 · 0.32 / 0.06)) · ((0.1 - 0.32) / √0.42 + 1)
    "bais2": (1 - 0.516_397_779_494_322) * (1 - 0.22 / 0.648_074_069_840_786),
  ]

  @Test("Every index has the value computed by hand", arguments: SpectralIndex.all.map(\.name))
  func byHand(_ name: String) throws {
    let expected = try #require(Self.handValues[name], "compute \(name) by hand")
    // single precision through a handful of operations
    #expect(abs(Double(try value(name)) - expected) < 4e-7 * max(1, abs(expected)))
  }

  @Test("Dark and bright extremes stay finite", arguments: SpectralIndex.all)
  func extremes(_ index: SpectralIndex) throws {
    for level in [Float(0), -5e-6, 1e-7, -0.2, 1, 16] {
      let bands = [Float](repeating: level, count: index.bands.count)
      let value = try bands.withUnsafeBufferPointer { index.value(try #require($0.baseAddress)) }
      #expect(value.isFinite, "\(index.name) of \(level)")
    }
  }

  @Test("The burned area index is cut at the reflectance of charcoal itself")
  func charcoal() throws {
    #expect(try value("bai", ["red": 0.1, "nir": 0.06]) == 10_000)
  }

  @Test("Names are unique and lower case")
  func names() {
    let names = SpectralIndex.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { $0 == $0.lowercased() && SpectralIndex.named($0)?.name == $0 })
    #expect(SpectralIndex.named("NBR") == nil)
  }
}
