/// The writer of safetensors files: equal tensors and metadata give equal bytes.
public enum SafeTensorsWriter {
  /// A tensor to be written as its bytes are.
  public struct Tensor {
    let name: String
    let type: SafeTensorType
    let shape: [Int]
    let bytes: [UInt8]

    /// Describes a tensor.
    ///
    /// - Parameter bytes: The elements, little-endian.
    public init(name: String, type: SafeTensorType, shape: [Int], bytes: [UInt8]) {
      self.name = name
      self.type = type
      self.shape = shape
      self.bytes = bytes
    }
  }

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
    encode(
      tensors.map {
        Tensor(name: $0.name, type: .F32, shape: $0.shape, bytes: littleEndian($0.values))
      }, metadata: metadata)
  }

  /// Encodes tensors of any type as a whole file, in the same way.
  public static func encode(_ tensors: [Tensor], metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let texts = metadata.sorted { $0.key < $1.key }.map {
        quoted($0.key) + ":" + quoted($0.value)
      }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    var names: Set<String> = ["__metadata__"]
    var end = 0
    for tensor in tensors {
      precondition(names.insert(tensor.name).inserted, "tensor name '\(tensor.name)' is taken")
      let count = tensor.bytes.count / tensor.type.byteCount
      precondition(
        tensor.shape.allSatisfy { $0 >= 0 } && tensor.shape.reduce(1, *) == count,
        "tensor '\(tensor.name)' of shape \(tensor.shape) got \(count) values")
      let start = end
      end += tensor.bytes.count
      let sizes = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        quoted(tensor.name) + ":{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(sizes)],"
          + "\"data_offsets\":[\(start),\(end)]}")
    }
    var header = Array("{\(members.joined(separator: ","))}".utf8)
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)

    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes += $0 }
    bytes += header
    for tensor in tensors { bytes += tensor.bytes }
    return bytes
  }

  private static func littleEndian(_ values: [Float]) -> [UInt8] {
    #if _endian(little)
      values.withUnsafeBytes { Array($0) }
    #else
      values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
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
