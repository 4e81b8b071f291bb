extension Raster {
  /// The number of the band that a name or number stands for.
  ///
  /// Tried in turn: the band's description, letter for letter but for case; plain words and
  /// sensor codes (`nir`, `B8A`, `SR_B4`) where they are unambiguous for this raster; the colour
  /// interpretation for red, green and blue; a number from 1.
  ///
  /// - Throws: `RasterError` that lists the bands, if none or several fit.
  public func bandNumber(named name: String) throws -> Int {
    let wanted = name.lowercased()
    let exact = bands.filter { $0.name.lowercased() == wanted && !wanted.isEmpty }
    if let band = try single(exact, name) { return band }
    let names = BandNames(names: bands.map(\.name) + [name], hint: sensorHint)
    let words = names.meanings(of: name)
    let alike = bands.filter { !words.isDisjoint(with: names.meanings(of: $0.name)) }
    if let band = try single(alike, name) { return band }
    if words == ["nir"] {
      // Sentinel-2's narrow near infrared serves where the broad band is missing.
      let narrow = bands.filter { names.meanings(of: $0.name).contains("nir08") }
      if let band = try single(narrow, name) { return band }
    }
    let coloured = bands.filter { words.contains($0.colourInterpretation.lowercased()) }
    if let band = try single(coloured, name) { return band }
    if let number = Int(name), bands.indices.contains(number - 1) { return number }
    throw unknownBand(name)
  }

  private func single(_ found: [BandInfo], _ name: String) throws -> Int? {
    guard found.count > 1 else { return found.first?.number }
    throw RasterError(
      message: "bands \(found.map { "\($0.number)" }.joined(separator: " and ")) both fit; "
        + "give a number", path: path, action: "find the band '\(name)'")
  }

  private func unknownBand(_ name: String) -> RasterError {
    let list = bands.prefix(20).map {
      $0.name.isEmpty ? "\($0.number)" : "\($0.number) '\($0.name)'"
    }
    return RasterError(
      message: "no band of that name, or it is ambiguous here; the bands are "
        + list.joined(separator: ", ") + (bands.count > 20 ? ", …" : ""),
      path: path, action: "find the band '\(name)'")
  }

  private var sensorHint: String {
    let items = metadata().merging(metadata(domain: "IMAGERY")) { first, _ in first }
    return [
      "SPACECRAFT_ID", "SATELLITE", "SATELLITEID", "SENSOR", "PLATFORM", "SPACECRAFT_NAME",
      "DATATAKE_1_SPACECRAFT_NAME",
    ].compactMap { items[$0] }.joined(separator: " ")
  }

  /// The day the picture was taken, `YYYY-MM-DD`, if the metadata say it.
  ///
  /// Items that can only mean the acquisition come first; `TIFFTAG_DATETIME` is often the time
  /// of processing and comes last.
  public var acquisitionDate: String? {
    let items = metadata().merging(metadata(domain: "IMAGERY")) { first, _ in first }
    let keys = [
      "RSPIPE_ACQUISITION_DATE", "DATE_ACQUIRED", "ACQUISITION_DATE", "ACQUISITIONDATETIME",
      "DATATAKE_1_DATATAKE_SENSING_START", "PRODUCT_START_TIME", "SENSING_TIME",
      "TIFFTAG_DATETIME",
    ]
    return keys.lazy.compactMap { items[$0].flatMap(Raster.day) }.first
  }

  /// `2020:08:05 …`, `2020-08-05T…`, `2020/08/05` or `20200805` as `2020-08-05`.
  static func day(_ text: String) -> String? {
    let head = Array(text.utf8.prefix(10))
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    var digits = head.filter(isDigit)
    if head.count == 10, !isDigit(head[4]), !isDigit(head[7]) {
      guard digits.count == 8 else { return nil }
    } else {
      digits = Array(head.prefix(8))
      guard digits.count == 8, digits.allSatisfy(isDigit) else { return nil }
    }
    let characters = String(decoding: digits, as: UTF8.self)
    let year = characters.prefix(4)
    let month = characters.dropFirst(4).prefix(2)
    let day = characters.suffix(2)
    guard let m = Int(month), (1...12).contains(m), let d = Int(day), (1...31).contains(d) else {
      return nil
    }
    return "\(year)-\(month)-\(day)"
  }
}
