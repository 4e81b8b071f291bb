import Engine
import Models

/// Weights of another training that a new one starts from.
struct StartingWeights {
  private let tensors: SafeTensors
  private let path: String

  /// Reads the file.
  ///
  /// - Throws: `SafeTensorsError` naming the file.
  init(path: String) throws {
    self.path = path
    tensors = try SafeTensors(path: path)
  }

  /// Takes over every tensor that fits the network.
  ///
  /// - Returns: Lines that say what was taken over, and what starts at random and why.
  /// - Throws: `RunError` if nothing fits: the file is of another architecture.
  func load(into parameters: ParameterStore, naming: (String) -> String?) throws -> [String] {
    var stored: [String: String] = [:]
    for name in tensors.names { if let own = naming(name) { stored[own] = name } }
    var (taken, missing, unfit) = (0, [String](), [String]())
    for (index, declaration) in parameters.declarations.enumerated() {
      guard let name = stored[declaration.name], let shape = tensors.shape(name) else {
        missing.append(declaration.name)
        continue
      }
      guard shape == declaration.shape else {
        unfit.append("\(declaration.name) (\(shape) in the file, \(declaration.shape) here)")
        continue
      }
      let values = try tensors.doubles(name)
      guard values.allSatisfy(\.isFinite) else {
        throw RunError(
          .input, "\(path): the tensor '\(name)' holds values that are not finite numbers")
      }
      parameters.set(index, to: values)
      taken += 1
    }
    guard taken > 0 else {
      throw RunError(
        .input,
        "\(path): no tensor has the name and shape of one of this network: it is of another "
          + "architecture, or of other settings")
    }
    var lines = ["starts from \(path): \(taken) of \(parameters.declarations.count) tensors"]
    if !missing.isEmpty { lines.append("starting at random, not in the file: \(list(missing))") }
    if !unfit.isEmpty { lines.append("starting at random, of another shape: \(list(unfit))") }
    return lines
  }

  /// The first few of many.
  private func list(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ")
      + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }
}
