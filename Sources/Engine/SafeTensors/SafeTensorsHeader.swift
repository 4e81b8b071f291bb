/// The header of a safetensors file after all its promises were checked against the file.
struct SafeTensorsHeader {
  /// The limit of the reference implementation, against headers made to fill the memory.
  static let lengthLimit = 100_000_000

  /// The texts under `__metadata__`.
  let metadata: [String: String]
  /// The tensors in the order of their offsets.
  let entries: [SafeTensors.Entry]
  /// The byte of the file at which offset 0 lies.
  let dataStart: Int

  /// Reads the header of a whole file.
  init(bytes: [UInt8], source: String) throws(SafeTensorsError) {
    let reader = SafeTensorsHeaderReader(source: source)
    let length = try reader.length(bytes)
    dataStart = 8 + length
    let members = try reader.members(Array(bytes[8..<dataStart]))
    var metadata: [String: String] = [:]
    var entries: [SafeTensors.Entry] = []
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = try reader.metadata(value)
      } else {
        entries.append(try reader.entry(name, value))
      }
    }
    self.metadata = metadata
    self.entries = try reader.ordered(entries, dataCount: bytes.count - dataStart)
  }
}

/// Reads one part of a header after the other; every fault names the file and the tensor.
private struct SafeTensorsHeaderReader {
  let source: String

  func length(_ bytes: [UInt8]) throws(SafeTensorsError) -> Int {
    guard bytes.count >= 8 else {
      throw fault("\(bytes.count) bytes are too few for a safetensors file")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard length <= UInt64(SafeTensorsHeader.lengthLimit) else {
      throw fault(
        "a header of \(length) bytes is over the limit of \(SafeTensorsHeader.lengthLimit); "
          + "is this a safetensors file?")
    }
    guard length <= UInt64(bytes.count - 8) else {
      throw fault("the header takes \(length) bytes, but the file has \(bytes.count - 8) after it")
    }
    return Int(length)
  }

  func members(_ header: [UInt8]) throws(SafeTensorsError) -> [(String, JSONValue)] {
    guard header.first == UInt8(ascii: "{") else { throw fault("the header must start with '{'") }
    let document: JSONValue
    do throws(JSONError) {
      document = try JSONReader.read(header, source: source)
    } catch {
      throw fault("header byte \(error.offset): \(error.problem)")
    }
    guard case .object(let members) = document else { throw fault("the header is no object") }
    return members
  }

  func metadata(_ value: JSONValue) throws(SafeTensorsError) -> [String: String] {
    guard case .object(let members) = value else {
      throw fault("__metadata__ must be an object, found \(value.kindPhrase)")
    }
    var metadata: [String: String] = [:]
    for (key, value) in members {
      guard case .text(let text) = value else {
        throw fault("__metadata__ '\(key)' must be a string, found \(value.kindPhrase)")
      }
      metadata[key] = text
    }
    return metadata
  }

  func entry(_ name: String, _ value: JSONValue) throws(SafeTensorsError) -> SafeTensors.Entry {
    guard case .object(let members) = value else {
      throw fault("must be an object, found \(value.kindPhrase)", tensor: name)
    }
    var type: SafeTensorType?
    var shape: [Int]?
    var offsets: Range<Int>?
    for (key, value) in members {
      switch key {
      case "dtype": type = try self.type(value, tensor: name)
      case "shape": shape = try counts(value, key, tensor: name)
      case "data_offsets": offsets = try self.offsets(value, tensor: name)
      default:
        throw fault("unknown key '\(key)'. Known keys: dtype, shape, data_offsets", tensor: name)
      }
    }
    guard let type else { throw fault("has no dtype", tensor: name) }
    guard let shape else { throw fault("has no shape", tensor: name) }
    guard let offsets else { throw fault("has no data_offsets", tensor: name) }
    let expected = try byteCount(type, shape, tensor: name)
    guard expected == offsets.count else {
      throw fault(
        "shape \(shape) of \(type.rawValue) takes \(expected) bytes, "
          + "but data_offsets span \(offsets.count)", tensor: name)
    }
    return SafeTensors.Entry(name: name, type: type, shape: shape, offsets: offsets)
  }

  /// Sorts the tensors by offset and refuses holes, overlaps and bytes that belong to none.
  func ordered(
    _ entries: [SafeTensors.Entry], dataCount: Int
  ) throws(SafeTensorsError) -> [SafeTensors.Entry] {
    // The sort of the standard library is stable: empty tensors keep the order of the header.
    let sorted = entries.sorted {
      ($0.offsets.lowerBound, $0.offsets.upperBound)
        < ($1.offsets.lowerBound, $1.offsets.upperBound)
    }
    var end = 0
    for entry in sorted {
      let start = entry.offsets.lowerBound
      guard start >= end else {
        throw fault(
          "starts at offset \(start), within the tensor before it, which ends at \(end)",
          tensor: entry.name)
      }
      guard start == end else {
        throw fault(
          "starts at offset \(start), but offsets \(end) to \(start) belong to no tensor",
          tensor: entry.name)
      }
      end = entry.offsets.upperBound
      guard end <= dataCount else {
        throw fault(
          "ends at offset \(end), but the file ends at offset \(dataCount); is it cut short?",
          tensor: entry.name)
      }
    }
    guard end == dataCount else {
      throw fault("\(dataCount - end) bytes after the last tensor belong to no tensor")
    }
    return sorted
  }

  private func type(
    _ value: JSONValue, tensor: String
  ) throws(SafeTensorsError) -> SafeTensorType {
    guard case .text(let name) = value else {
      throw fault("dtype must be a string, found \(value.kindPhrase)", tensor: tensor)
    }
    guard let type = SafeTensorType(rawValue: name) else {
      let known = SafeTensorType.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault("unknown dtype '\(name)'. Known types: \(known)", tensor: tensor)
    }
    return type
  }

  private func offsets(
    _ value: JSONValue, tensor: String
  ) throws(SafeTensorsError) -> Range<Int> {
    let ends = try counts(value, "data_offsets", tensor: tensor)
    guard ends.count == 2 else {
      throw fault("data_offsets must be a start and an end, found \(ends)", tensor: tensor)
    }
    guard ends[0] <= ends[1] else {
      throw fault("data_offsets \(ends) end before they start", tensor: tensor)
    }
    return ends[0]..<ends[1]
  }

  private func counts(
    _ value: JSONValue, _ key: String, tensor: String
  ) throws(SafeTensorsError) -> [Int] {
    guard case .list(let items) = value else {
      throw fault("\(key) must be an array, found \(value.kindPhrase)", tensor: tensor)
    }
    var counts: [Int] = []
    for item in items {
      guard let count = item.exactCount else {
        throw fault("\(key) must hold whole numbers of 0 or more", tensor: tensor)
      }
      counts.append(count)
    }
    return counts
  }

  private func byteCount(
    _ type: SafeTensorType, _ shape: [Int], tensor: String
  ) throws(SafeTensorsError) -> Int {
    var product = type.byteCount
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else {
        throw fault("shape \(shape) has more elements than can be counted", tensor: tensor)
      }
      product = next
    }
    return product
  }

  private func fault(_ problem: String, tensor: String? = nil) -> SafeTensorsError {
    SafeTensorsError(source: source, tensor: tensor, problem: problem)
  }
}
