extension Raster {
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
  public static func day(_ text: String) -> String? {
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
