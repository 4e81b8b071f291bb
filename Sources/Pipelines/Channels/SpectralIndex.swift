import Configuration
import Glibc

/// A function of the bands of one image, in reflectance.
public struct SpectralIndex: Sendable {
  /// The name in lower case: `nbr`.
  public let name: String
  /// What it shows.
  public let summary: String
  /// The formula in the names of the bands.
  public let formula: String
  /// Where it was published.
  public let source: String
  /// The bands that it needs.
  public let bands: [String]
  /// The value for one pixel, from the bands in order.
  let value: @Sendable (UnsafePointer<Float>) -> Float

  /// The description for `rspipe describe`.
  public var component: Component {
    Component(family: "index", name: name, summary: summary, formula: formula, source: source)
  }

  /// (a - b) / (a + b), with 1e-5 in the denominator against dark pixels, as CaBuAr has it; 0 where
  /// the denominator vanishes all the same.
  private static func normalisedDifference(
    _ name: String, _ a: String, _ b: String, _ summary: String, _ source: String
  ) -> SpectralIndex {
    SpectralIndex(
      name: name, summary: summary, formula: "(\(a) - \(b)) / (\(a) + \(b) + 1e-5)",
      source: source, bands: [a, b],
      value: { band in
        let sum = band[0] + band[1] + 1e-5
        return abs(sum) < 1e-6 ? 0 : (band[0] - band[1]) / sum
      })
  }

  /// All indices; adding one is one entry here.
  public static let all: [SpectralIndex] = [
    normalisedDifference(
      "nbr", "nir", "swir2", "Normalised burn ratio: falls where vegetation burned.",
      "Key and Benson 2006, FIREMON landscape assessment"),
    normalisedDifference(
      "nbr2", "swir1", "swir2", "Normalised burn ratio 2: water in vegetation after fire.",
      "USGS Landsat spectral indices"),
    normalisedDifference(
      "ndvi", "nir", "red", "Normalised difference vegetation index.",
      "Rouse et al. 1974"),
    normalisedDifference(
      "gndvi", "nir", "green", "Green normalised difference vegetation index.",
      "Gitelson et al. 1996"),
    normalisedDifference(
      "ndre", "rededge2", "rededge1", "Normalised difference red edge (Sentinel-2 B6, B5).",
      "Barnes et al. 2000; bands as in CaBuAr"),
    normalisedDifference(
      "ndwi", "green", "nir", "Normalised difference water index: positive on open water.",
      "McFeeters 1996"),
    SpectralIndex(
      name: "bai", summary: "Burned area index: closeness to the reflectance of charcoal.",
      formula: "1 / ((0.1 - red)² + (0.06 - nir)²), at most 1e4",
      source: "Chuvieco, Martín and Palacios 2002", bands: ["red", "nir"],
      value: { band in
        let (red, nir) = (0.1 - band[0], 0.06 - band[1])
        return 1 / max(red * red + nir * nir, 1e-4)
      }),
    SpectralIndex(
      name: "bais2", summary: "Burned area index for Sentinel-2.",
      formula:
        "(1 - √(rededge2 · rededge3 · nir08 / red)) · ((swir2 - nir08) / √(swir2 + nir08) + 1)",
      source: "Filipponi 2018", bands: ["rededge2", "rededge3", "nir08", "red", "swir2"],
      value: { band in
        let ratio = band[0] * band[1] * band[2] / max(band[3], 1e-5)
        let sum = max(band[4] + band[2], 1e-5)
        return (1 - sqrtf(max(ratio, 0))) * ((band[4] - band[2]) / sqrtf(sum) + 1)
      }),
  ]

  /// The index of this name, or nil.
  public static func named(_ name: String) -> SpectralIndex? { all.first { $0.name == name } }
}
