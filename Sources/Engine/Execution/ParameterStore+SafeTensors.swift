/// Weights as safetensors, with PyTorch's names and layouts.
extension ParameterStore {
  /// Replaces all values by those of a file.
  ///
  /// - Parameters:
  ///   - tensors: The file.
  ///   - naming: From the file's names to those of this network; nil: not needed.
  /// - Throws: `GraphError` naming the file and the tensor that is missing, superfluous, of another
  ///   shape or not finite; nothing is changed then.
  public func load(
    _ tensors: SafeTensors, naming: (String) -> String? = { $0 }
  ) throws {
    let known = Set(declarations.map(\.name))
    var names: [String: String] = [:]
    for stored in tensors.names {
      guard let name = naming(stored) else { continue }
      guard known.contains(name) else {
        throw GraphError("\(tensors.source): this network has no tensor '\(stored)'")
      }
      names[name] = stored
    }
    let loaded = try declarations.map { declaration in
      guard let stored = names[declaration.name], let shape = tensors.shape(stored) else {
        throw GraphError("\(tensors.source): the tensor '\(declaration.name)' is missing")
      }
      guard shape == declaration.shape else {
        throw GraphError(
          "\(tensors.source): tensor '\(declaration.name)' has the shape \(shape), "
            + "this network needs \(declaration.shape)")
      }
      let values = try tensors.doubles(stored)
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
