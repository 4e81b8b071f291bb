import CGDAL

extension AttributeTable {
  /// Attaches the table to a band; use inside `gdal`.
  func attach(to band: GDALRasterBandH) throws {
    let table = try require(GDALCreateRasterAttributeTable())
    defer { GDALDestroyRasterAttributeTable(table) }
    try require(GDALRATSetTableType(table, GRTT_THEMATIC))
    GDALRATSetRowCount(table, Int32(rows.count))
    var next: Int32 = 0
    func add(_ name: String, _ type: GDALRATFieldType, _ usage: GDALRATFieldUsage) throws -> Int32 {
      try require(GDALRATCreateColumn(table, name, type, usage))
      defer { next += 1 }
      return next
    }
    func add(_ name: String, _ usage: GDALRATFieldUsage, _ values: [Int]) throws {
      let column = try add(name, GFT_Integer, usage)
      for (row, value) in values.enumerated() {
        GDALRATSetValueAsInt(table, Int32(row), column, Int32(clamping: value))
      }
    }
    func add(_ name: String, _ usage: GDALRATFieldUsage, _ values: [String]) throws {
      let column = try add(name, GFT_String, usage)
      for (row, value) in values.enumerated() {
        GDALRATSetValueAsString(table, Int32(row), column, value)
      }
    }
    try add("Value", GFU_MinMax, rows.map(\.value))
    try add("Class", GFU_Name, rows.map(\.name))
    if rows.contains(where: { $0.code != nil }) {
      try add("Code", GFU_Generic, rows.map { $0.code ?? $0.value })
    }
    try add("Red", GFU_Red, rows.map { Int($0.colour.red) })
    try add("Green", GFU_Green, rows.map { Int($0.colour.green) })
    try add("Blue", GFU_Blue, rows.map { Int($0.colour.blue) })
    for column in columns {
      precondition(column.values.count == rows.count, "column \(column.name) has other rows")
      switch column.values {
      case .integers(let values): try add(column.name, GFU_Generic, values)
      case .texts(let values): try add(column.name, GFU_Generic, values)
      case .reals(let values):
        let index = try add(column.name, GFT_Real, GFU_Generic)
        for (row, value) in values.enumerated() {
          GDALRATSetValueAsDouble(table, Int32(row), index, value)
        }
      }
    }
    try require(GDALSetDefaultRAT(band, table))
  }
}

extension AttributeColumn.Values {
  var count: Int {
    switch self {
    case .integers(let values): values.count
    case .reals(let values): values.count
    case .texts(let values): values.count
    }
  }
}
