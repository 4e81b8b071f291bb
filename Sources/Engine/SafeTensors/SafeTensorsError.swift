/// A safetensors file that cannot be read, or a tensor in it that is not as asked for.
public struct SafeTensorsError: Error, Equatable, CustomStringConvertible {
  /// The file or other origin of the bytes.
  public let source: String
  /// The tensor concerned, where the fault is in one.
  public let tensor: String?
  /// What is wrong.
  public let problem: String

  /// The fault as one line: `model.safetensors: tensor 'head.bias': unknown type 'F7'. …`.
  public var description: String {
    tensor.map { "\(source): tensor '\($0)': \(problem)" } ?? "\(source): \(problem)"
  }
}
