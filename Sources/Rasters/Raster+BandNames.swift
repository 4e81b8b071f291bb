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
}
