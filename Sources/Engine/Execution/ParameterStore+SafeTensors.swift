/// Weights as safetensors, with PyTorch's names and layouts.
extension ParameterStore {
  /// Replaces all values by those of a file.
  ///
  /// - Throws: `GraphError` naming the file and the tensor that is missing, superfluous, of another
  ///   shape or not finite; nothing is changed then.
  public func load(_ tensors: SafeTensors) throws {
    let known = Set(declarations.map(\.name))
    if let superfluous = tensors.names.first(where: { !known.contains($0) }) {
      throw GraphError("\(tensors.source): this network has no tensor '\(superfluous)'")
    }
    let loaded = try declarations.map { declaration in
      guard let shape = tensors.shape(declaration.name) else {
        throw GraphError("\(tensors.source): the tensor '\(declaration.name)' is missing")
      }
      guard shape == declaration.shape else {
        throw GraphError(
          "\(tensors.source): tensor '\(declaration.name)' has the shape \(shape), "
            + "this network needs \(declaration.shape)")
      }
      let values = try tensors.doubles(declaration.name)
      guard values.allSatisfy(\.isFinite) else {
        throw GraphError(
          "\(tensors.source): tensor '\(declaration.name)' has NaN or infinite values")
      }
      return values
    }
    for (index, values) in loaded.enumerated() { set(index, to: values) }
  }

  /// The values as the bytes of a safetensors file of 32-bit floats.
  public func encoded(metadata: [String: String]) throws -> [UInt8] {
    try SafeTensorsWriter.encode(
      tensors: declarations.enumerated().map { index, declaration in
        (declaration.name, declaration.shape, doubles(index).map(Float.init))
      },
      metadata: metadata)
  }
}
