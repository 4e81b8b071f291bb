/// What band names of satellites and catalogues mean, in plain words: `blue`, `nir`, `swir1`.
///
/// `B4` is red on Sentinel-2 and Landsat 8 but near infrared on Landsat 5. A name has a meaning
/// only if all sensors that the raster may come from agree on it.
struct BandNames {
  /// The numbering of a sensor's bands.
  enum Sensor: CaseIterable {
    case sentinel2, landsat4to7, landsat8and9
  }

  private static let words: [Sensor: [String: String]] = [
    .sentinel2: [
      "1": "coastal", "2": "blue", "3": "green", "4": "red", "5": "rededge1", "6": "rededge2",
      "7": "rededge3", "8": "nir", "8a": "nir08", "9": "watervapour", "10": "cirrus",
      "11": "swir1", "12": "swir2",
    ],
    .landsat4to7: [
      "1": "blue", "2": "green", "3": "red", "4": "nir", "5": "swir1", "6": "thermal",
      "7": "swir2",
    ],
    // Band 8 is panchromatic, of another pixel size: where a raster has a B8, it isn't Landsat's.
    .landsat8and9: [
      "1": "coastal", "2": "blue", "3": "green", "4": "red", "5": "nir", "6": "swir1",
      "7": "swir2", "9": "cirrus", "10": "thermal1", "11": "thermal2",
    ],
  ]

  private static let synonyms: [String: String] = [
    "coastalaerosol": "coastal", "ultrablue": "coastal", "nearinfrared": "nir", "nir1": "nir",
    "narrownir": "nir08", "nirnarrow": "nir08", "nira": "nir08", "rededge4": "nir08",
    "swir16": "swir1", "swir22": "swir2", "shortwaveinfrared1": "swir1",
    "shortwaveinfrared2": "swir2", "re1": "rededge1", "re2": "rededge2", "re3": "rededge3",
    "watervapor": "watervapour", "panchromatic": "pan",
  ]

  private static let plainWords: Set<String> = Set(
    words.values.flatMap(\.values) + ["pan", "thermal"])

  /// The sensors that the names given may belong to.
  let sensors: [Sensor]

  /// - Parameters:
  ///   - names: the descriptions of all bands.
  ///   - hint: metadata that may name the platform.
  init(names: [String], hint: String) {
    let codes = names.flatMap(BandNames.tokens).compactMap(BandNames.code)
    let text = BandNames.normalised(hint)
    let hinted = Sensor.allCases.filter { sensor in
      switch sensor {
      case .sentinel2: text.contains("sentinel2")
      case .landsat4to7: ["landsat4", "landsat5", "landsat7"].contains { text.contains($0) }
      case .landsat8and9: ["landsat8", "landsat9"].contains { text.contains($0) }
      }
    }
    sensors = (hinted.isEmpty ? Sensor.allCases : hinted).filter { sensor in
      codes.allSatisfy { $0.fits(sensor) }
    }
  }

  /// The plain words a description stands for.
  func meanings(of description: String) -> Set<String> {
    var found: Set<String> = []
    let whole = BandNames.normalised(description)
    for token in [whole] + BandNames.tokens(description).map(BandNames.normalised) {
      let word = BandNames.synonyms[token] ?? token
      if BandNames.plainWords.contains(word) { found.insert(word) }
    }
    for code in BandNames.tokens(description).compactMap(BandNames.code) {
      let words = Set(sensors.filter(code.fits).map { BandNames.words[$0]?[code.number] })
      if words.count == 1, let word = words.first ?? nil { found.insert(word) }
    }
    return found
  }

  /// A band code such as `B8A`, `B02`, `SR_B4` or `TM3`.
  private struct Code {
    let number: String
    let isZeroPadded: Bool
    let prefix: String

    func fits(_ sensor: Sensor) -> Bool {
      guard BandNames.words[sensor]?[number] != nil else { return false }
      switch sensor {
      case .sentinel2: return prefix == "b"
      // Surface reflectance has no thermal band 6; `B02` is never Landsat 4 to 7.
      case .landsat4to7: return !isZeroPadded && !(prefix == "srb" && number == "6")
      case .landsat8and9: return prefix == "b" || prefix == "srb"
      }
    }
  }

  private static func code(_ token: String) -> Code? {
    let text = normalised(token)
    for prefix in ["srb", "tm", "etm", "b"] where text.hasPrefix(prefix) {
      let number = text.dropFirst(prefix.count)
      guard let first = number.first, first.isNumber, number.count <= 3 else { return nil }
      let isPadded = first == "0"
      return Code(
        number: String(isPadded ? number.dropFirst() : number), isZeroPadded: isPadded,
        prefix: prefix)
    }
    return nil
  }

  private static func tokens(_ description: String) -> [String] {
    description.split { " ,;()[]/:".contains($0) }.map(String.init)
  }

  private static func normalised(_ text: String) -> String {
    text.lowercased().filter { $0.isLetter || $0.isNumber }
  }
}
