import CGDAL

/// The type of the samples of a raster to be written.
public enum SampleType: String, CaseIterable, Sendable {
  /// Whole numbers 0 to 255.
  case byte
  /// Whole numbers 0 to 65 535.
  case uint16
  /// Whole numbers -32 768 to 32 767.
  case int16
  /// Real numbers.
  case float32

  /// The usual value for "not observed": 255, 65 535, -32 768 or NaN.
  public var usualNodata: Double {
    switch self {
    case .byte: 255
    case .uint16: 65_535
    case .int16: -32_768
    case .float32: .nan
    }
  }

  var gdalType: GDALDataType {
    switch self {
    case .byte: GDT_Byte
    case .uint16: GDT_UInt16
    case .int16: GDT_Int16
    case .float32: GDT_Float32
    }
  }
}

/// A Swift type that samples are written from.
public protocol RasterSample: BitwiseCopyable {
  /// The type of the raster that takes such samples.
  static var sampleType: SampleType { get }
}

extension UInt8: RasterSample {
  /// Bytes.
  public static let sampleType = SampleType.byte
}
extension UInt16: RasterSample {
  /// Unsigned numbers of 16 bits.
  public static let sampleType = SampleType.uint16
}
extension Int16: RasterSample {
  /// Signed numbers of 16 bits.
  public static let sampleType = SampleType.int16
}
extension Float: RasterSample {
  /// Real numbers of 32 bits.
  public static let sampleType = SampleType.float32
}

/// How the pixels of overviews are made from those below.
public enum OverviewResampling: String, CaseIterable, Sendable {
  /// The most frequent value: classes.
  case mode
  /// The mean: measurements and probabilities.
  case average
  /// One of the pixels.
  case nearest
}

/// How the blocks of a raster are compressed.
public enum Compression: String, CaseIterable, Sendable {
  /// Read by everything.
  case deflate
  /// Faster to read, unknown to older programs.
  case zstd
}

/// How the blocks of a raster are arranged.
public enum Layout: Sendable {
  /// Cloud-optimised, with overviews: results.
  case cloudOptimised
  /// Plain tiles, uncompressed: artifacts that another stage reads next.
  case tiled
}

/// One class of a map: what its pixel value means and how it looks.
public struct RasterClass: Equatable, Sendable {
  /// The pixel value.
  public var value: Int
  /// The name shown to users.
  public var name: String
  /// The colour of the palette.
  public var colour: Colour
  /// The code of the class in the source's own scheme, such as NLCD's 11 to 95; nil if none.
  public var code: Int?

  /// Makes a class.
  public init(value: Int, name: String, colour: Colour, code: Int? = nil) {
    self.value = value
    self.name = name
    self.colour = colour
    self.code = code
  }
}

/// A further column of a raster attribute table.
public struct AttributeColumn: Equatable, Sendable {
  /// The values of a column, one for each row.
  public enum Values: Equatable, Sendable {
    /// Whole numbers of 32 bits.
    case integers([Int])
    /// Real numbers.
    case reals([Double])
    /// Texts.
    case texts([String])
  }

  /// The heading.
  public var name: String
  /// The values.
  public var values: Values

  /// Makes a column.
  public init(name: String, values: Values) {
    self.name = name
    self.values = values
  }
}

/// A table beside a class raster that says what each value means.
public struct AttributeTable: Equatable, Sendable {
  /// One row a class.
  public var rows: [RasterClass]
  /// Columns after value, class, code and colour.
  public var columns: [AttributeColumn]

  /// Makes a table; every further column must have a value for each row.
  public init(rows: [RasterClass], columns: [AttributeColumn] = []) {
    self.rows = rows
    self.columns = columns
  }
}

/// All that is to be known of a raster before its pixels are written.
public struct RasterDescription: Sendable {
  /// Where the pixels lie.
  public var grid: Grid
  /// The type of the samples.
  public var type: SampleType
  /// The descriptions of the bands, one for each.
  public var bands: [String]
  /// The value for "not observed"; pixels never written have it.
  public var nodata: Double
  /// The palette; TIFF holds one only for a single band of bytes or unsigned 16-bit numbers.
  public var colourTable: [ColourEntry]?
  /// The names of the values 0, 1, …; kept in the `.aux.xml` beside the raster.
  public var categories: [String]?
  /// What the values mean; kept in the `.aux.xml` beside the raster.
  public var attributeTable: AttributeTable?
  /// Metadata items, `TIFFTAG_SOFTWARE` and `TIFFTAG_DATETIME` among them.
  public var metadata: [String: String]
  /// How overviews are made.
  public var overviewResampling: OverviewResampling
  /// How blocks are compressed.
  public var compression: Compression
  /// The text of a QGIS style (`StyleQML`), written beside the raster; nil for none.
  public var style: String?
  /// The factor that turns samples into the measured quantity, kept with every band; nil: none.
  public var scale: Double?
  /// Whether overviews are built.
  public var hasOverviews = true
  /// The level of compression; nil: the highest for classes, the usual one for measurements, which
  /// take ten times as long at the highest for little.
  public var level: Int?
  /// How blocks are arranged.
  public var layout = Layout.cloudOptimised

  /// Describes a raster of measurements; set the other properties as needed.
  ///
  /// - Parameter nodata: nil takes the usual value of the type.
  public init(
    grid: Grid, type: SampleType, bands: [String], nodata: Double? = nil,
    colourTable: [ColourEntry]? = nil, categories: [String]? = nil,
    attributeTable: AttributeTable? = nil, metadata: [String: String] = [:],
    overviewResampling: OverviewResampling = .average, compression: Compression = .deflate,
    style: String? = nil
  ) {
    self.grid = grid
    self.type = type
    self.bands = bands
    self.nodata = nodata ?? type.usualNodata
    self.colourTable = colourTable
    self.categories = categories
    self.attributeTable = attributeTable
    self.metadata = metadata
    self.overviewResampling = overviewResampling
    self.compression = compression
    self.style = style
  }

  /// Describes a map of classes: palette, names, attribute table and style come from the classes.
  ///
  /// - Parameters:
  ///   - band: the description of the single band.
  ///   - classes: in the order in which legends list them; values at most 254, or 65 534 for
  ///     `uint16`.
  ///   - columns: further columns of the attribute table.
  public static func classMap(
    grid: Grid, type: SampleType = .byte, band: String, classes: [RasterClass],
    columns: [AttributeColumn] = [], metadata: [String: String] = [:]
  ) -> RasterDescription {
    precondition(
      classes.allSatisfy { (0...65_535).contains($0.value) }, "class values are 0 to 65 535")
    let last = classes.map(\.value).max() ?? -1
    var names = [String](repeating: "", count: last + 1)
    for item in classes { names[item.value] = item.name }
    return RasterDescription(
      grid: grid, type: type, bands: [band],
      colourTable: classes.map { ColourEntry(value: $0.value, colour: $0.colour) },
      categories: names, attributeTable: AttributeTable(rows: classes, columns: columns),
      metadata: metadata, overviewResampling: .mode, style: StyleQML.paletted(classes))
  }

  /// Whether the values are classes, which neither means nor predictors suit.
  var holdsClasses: Bool {
    overviewResampling == .mode || colourTable != nil || categories != nil || attributeTable != nil
  }
}
