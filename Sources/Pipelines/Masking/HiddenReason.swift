import Rasters

/// Why a pixel is hidden; the number is its value in the mask, smaller than 255.
enum HiddenReason: UInt8, CaseIterable, Sendable {
  case good = 0
  case notObserved, saturated, snow, cloud, shadow, file

  /// The name that legends show.
  var name: String {
    switch self {
    case .good: "good"
    case .notObserved: "not observed"
    case .saturated: "saturated"
    case .snow: "snow"
    case .cloud: "cloud"
    case .shadow: "cloud shadow"
    case .file: "masked by file"
    }
  }

  private var colour: Colour {
    switch self {
    case .good: Colour(red: 247, green: 247, blue: 247)
    case .notObserved: Colour(red: 0, green: 0, blue: 0)
    case .saturated: Colour(red: 213, green: 94, blue: 0)
    case .snow: Colour(red: 86, green: 180, blue: 233)
    case .cloud: Colour(red: 204, green: 121, blue: 167)
    case .shadow: Colour(red: 90, green: 90, blue: 90)
    case .file: Colour(red: 240, green: 228, blue: 66)
    }
  }

  /// The classes of the raster.
  static var rasterClasses: [RasterClass] {
    allCases.map { RasterClass(value: Int($0.rawValue), name: $0.name, colour: $0.colour) }
  }

  /// The colours in words, beside pictures.
  static let legend =
    "saturated orange, snow light blue, cloud pink, cloud shadow grey, masked by file yellow, "
    + "not observed black"

  /// Where several reasons hold, the first of these is told.
  static let order: [HiddenReason] = [.notObserved, .file, .saturated, .snow, .cloud, .shadow]
}
