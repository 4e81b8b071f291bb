import CGDAL

/// A pixel function for virtual datasets: numbers where observed, NaN elsewhere.
///
/// GDAL's warper knows one nodata value a band and at most one mask. Behind this function it sees
/// every kind of "not observed" as NaN, which it never mixes into neighbours.
enum ObservedFunction {
  static let name = "rspipe_observed"

  /// Registers the function once; GDAL's table of functions is for the whole process.
  static let registered: Void = {
    GDALAddDerivedBandPixelFuncWithArgs(name, evaluate, nil)
  }()

  /// The arguments as XML, from which `evaluate` gets the format back.
  static func arguments(_ format: SampleFormat) -> String {
    let nodata =
      switch format.nodata {
      case .none: ""
      case .real(let value): "real=\"\(value.bitPattern)\""
      case .integer(let value): "integer=\"\(value)\""
      case .unsigned(let value): "unsigned=\"\(value)\""
      }
    return "<PixelFunctionArguments signed=\"\(format.isSignedByte ? 1 : 0)\" \(nodata)/>"
  }

  /// The first source holds the samples, the others are masks: 0 or NaN is "not observed".
  private static let evaluate: GDALDerivedPixelFuncWithArgs = {
    sources, count, out, width, height, sourceType, outType, pixelSpace, lineSpace, arguments in
    guard let sources, let out, count > 0, let samples = sources[0] else { return CE_Failure }
    let list = UnsafeMutablePointer(
      mutating: arguments?.withMemoryRebound(
        to: UnsafeMutablePointer<CChar>?.self, capacity: 1
      ) { $0 })
    let format = SampleFormat(type: sourceType, arguments: strings(list))
    let maskFormat = SampleFormat(type: sourceType, isSignedByte: false, nodata: .none)
    let width = Int(width)
    var values = [Double](repeating: 0, count: width)
    var mask = values
    for row in 0..<Int(height) {
      let start = row * width * format.bytes
      values.withUnsafeMutableBufferPointer { line in
        guard let line = line.baseAddress else { return }
        format.decode(samples + start, count: width, into: line)
      }
      for index in 1..<max(1, Int(count)) {
        guard let source = sources[index] else { return CE_Failure }
        mask.withUnsafeMutableBufferPointer { line in
          guard let line = line.baseAddress else { return }
          maskFormat.decode(source + start, count: width, into: line)
        }
        for column in 0..<width where mask[column] == 0 || mask[column].isNaN {
          values[column] = .nan
        }
      }
      GDALCopyWords(
        &values, GDT_Float64, 8, out + row * Int(lineSpace), outType, pixelSpace, Int32(width))
    }
    return CE_None
  }
}

extension SampleFormat {
  fileprivate init(type: GDALDataType, arguments: [String]) {
    var nodata = Nodata.none
    var isSigned = false
    for argument in arguments {
      guard let equals = argument.firstIndex(of: "=") else { continue }
      let value = argument[argument.index(after: equals)...]
      switch argument[..<equals] {
      case "signed": isSigned = value == "1"
      case "real": nodata = UInt64(value).map { .real(Double(bitPattern: $0)) } ?? .none
      case "integer": nodata = Int64(value).map { .integer($0) } ?? .none
      case "unsigned": nodata = UInt64(value).map { .unsigned($0) } ?? .none
      default: break
      }
    }
    self.init(type: type, isSignedByte: isSigned, nodata: nodata)
  }
}
