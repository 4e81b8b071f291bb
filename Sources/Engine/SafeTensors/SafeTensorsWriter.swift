/// The writer of safetensors files: equal tensors and metadata give equal bytes.
public enum SafeTensorsWriter {
  /// Encodes single-precision tensors as a whole file.
  ///
  /// Tensors keep the given order in the header and in the values; metadata are sorted by key; the
  /// header is padded with spaces so that the values start at a multiple of 8 bytes.
  ///
  /// - Parameters:
  ///   - tensors: The tensors; names are distinct, and a shape takes as many values as are given.
  ///   - metadata: Texts for `__metadata__`; the key is left out if there are none.
  /// - Returns: The bytes of the file.
  public static func encode(
    tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map {
        quoted($0.key) + ":" + quoted($0.value)
      }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    var names: Set<String> = ["__metadata__"]
    var end = 0
    for (name, shape, values) in tensors {
      precondition(names.insert(name).inserted, "tensor name '\(name)' is taken")
      precondition(
        shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
        "tensor '\(name)' of shape \(shape) got \(values.count) values")
      let start = end
      end += values.count * 4
      let sizes = shape.map(String.init).joined(separator: ",")
      members.append(
        quoted(name)
          + ":{\"dtype\":\"F32\",\"shape\":[\(sizes)],\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
    bytes += header
    for tensor in tensors { append(tensor.values, to: &bytes) }
    return bytes
  }

  private static func append(_ values: [Float], to bytes: inout [UInt8]) {
    #if _endian(little)
      values.withUnsafeBytes { bytes += $0 }
    #else
      for value in values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
      }
    #endif
  }

  /// A text as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{00}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
