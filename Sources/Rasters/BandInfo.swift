import CGDAL

/// What is known of one band without reading its pixels.
public struct BandInfo: Equatable, Sendable {
  /// The number of the band, from 1.
  public let number: Int
  /// The band's description; empty if it has none.
  public let name: String
  /// GDAL's name of the sample type (`UInt16`), or `Int8` for signed bytes.
  public let typeName: String
  /// The value that says "not observed", as written in the file; nil if there is none.
  public let nodata: Double?
  /// The factor from stored samples to values; 1 if the file gives none.
  public let scale: Double
  /// What is added after scaling; 0 if the file gives none.
  public let offset: Double
  /// Whether the band holds opacity: pixels of opacity 0 are not observed.
  public let isAlpha: Bool
  /// GDAL's name of what the band shows, such as `Gray`, `Palette`, `Red` or `Undefined`.
  public let colourInterpretation: String
  let format: SampleFormat
  let mask: MaskSource?
  let size: (width: Int, height: Int)

  /// Where the band's validity is kept, apart from nodata and alpha.
  enum MaskSource: Hashable, Sendable {
    /// A mask common to all bands: `.msk`, internal, or nodata in all bands at once.
    case dataset
    /// A mask of this band alone.
    case band(Int)
    /// The opacity in a band.
    case alpha(Int)
  }

  /// Reads the description of a band; use inside `gdal`.
  init(number: Int, of dataset: GDALDatasetH) throws {
    let band: GDALRasterBandH = try require(GDALGetRasterBand(dataset, Int32(number)))
    self.number = number
    name = GDALGetDescription(band).map { String(cString: $0) } ?? ""
    size = (Int(GDALGetRasterBandXSize(band)), Int(GDALGetRasterBandYSize(band)))
    let type = GDALGetRasterDataType(band)
    let isSignedByte =
      type == GDT_Byte
      && GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE")
        .map { String(cString: $0) } == "SIGNEDBYTE"
    typeName =
      isSignedByte ? "Int8" : GDALGetDataTypeName(type).map { String(cString: $0) } ?? "Unknown"
    (nodata, format) = BandInfo.nodata(of: band, type: type, isSignedByte: isSignedByte)
    var isSet: Int32 = 0
    let factor = GDALGetRasterScale(band, &isSet)
    scale = isSet != 0 ? factor : 1
    isSet = 0
    let addend = GDALGetRasterOffset(band, &isSet)
    offset = isSet != 0 ? addend : 0
    let interpretation = GDALGetRasterColorInterpretation(band)
    isAlpha = interpretation == GCI_AlphaBand
    colourInterpretation =
      GDALGetColorInterpretationName(interpretation).map { String(cString: $0) } ?? "Undefined"
    mask = BandInfo.mask(number: number, flags: GDALGetMaskFlags(band))
  }

  /// The name if there is one, else the number.
  public var label: String { name.isEmpty ? "\(number)" : name }

  private static func nodata(
    of band: GDALRasterBandH, type: GDALDataType, isSignedByte: Bool
  ) -> (Double?, SampleFormat) {
    var isSet: Int32 = 0
    var nodata = SampleFormat.Nodata.none
    var number: Double?
    switch type {
    case GDT_Int64:
      let value = GDALGetRasterNoDataValueAsInt64(band, &isSet)
      if isSet != 0 { (nodata, number) = (.integer(value), Double(value)) }
    case GDT_UInt64:
      let value = GDALGetRasterNoDataValueAsUInt64(band, &isSet)
      if isSet != 0 { (nodata, number) = (.unsigned(value), Double(value)) }
    default:
      let value = GDALGetRasterNoDataValue(band, &isSet)
      if isSet != 0 { (nodata, number) = (.real(value), value) }
    }
    return (number, SampleFormat(type: type, isSignedByte: isSignedByte, nodata: nodata))
  }

  /// Nodata is tested on the samples and alpha in its own band, so both need no mask here.
  private static func mask(number: Int, flags: Int32) -> MaskSource? {
    let (allValid, perDataset, alpha, byNodata): (Int32, Int32, Int32, Int32) = (1, 2, 4, 8)
    if flags & (allValid | alpha) != 0 || flags == byNodata { return nil }
    return flags & perDataset != 0 ? .dataset : .band(number)
  }

  /// Whether all that is known of both bands is equal.
  public static func == (first: BandInfo, second: BandInfo) -> Bool {
    first.number == second.number && first.name == second.name
      && first.typeName == second.typeName && first.format == second.format
      && first.scale == second.scale && first.offset == second.offset
      && first.colourInterpretation == second.colourInterpretation && first.mask == second.mask
      && first.size == second.size
  }
}
