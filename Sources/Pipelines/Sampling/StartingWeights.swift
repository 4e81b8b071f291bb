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

  /// Takes over every tensor that fits the network; the convolution that reads the bands is adapted
  /// to them.
  ///
  /// - Parameters:
  ///   - parameters: Where the weights go.
  ///   - channels: The names of the channels that the network sees.
  ///   - naming: From a name in the file to one of the network; nil: of no use.
  /// - Returns: Lines that say what was taken over, and what starts at random and why.
  /// - Throws: `RunError` if nothing fits: the file is of another architecture.
  func load(
    into parameters: ParameterStore, channels: [String], naming: (String) -> String?
  ) throws -> [String] {
    var stored: [String: String] = [:]
    for name in tensors.names { if let own = naming(name) { stored[own] = name } }
    var (taken, missing, unfit, adapted) = (0, [String](), [String](), [String]())
    // what the file's network saw, where it is one of this program
    let trained = tensors.metadata[ModelCard.metadataKey].flatMap {
      try? ModelCard(json: $0, source: path).channels.map(\.name)
    }
    for (index, declaration) in parameters.declarations.enumerated() {
      guard let name = stored[declaration.name], let shape = tensors.shape(name) else {
        missing.append(declaration.name)
        continue
      }
      let values = try finite(name)
      if shape == declaration.shape {
        parameters.set(index, to: values)
        taken += 1
      } else if reads(channels.count, shape, declaration.shape) {
        let adaptation = try BandAdaptation(
          declaration.name, values: values, shape: shape,
          trained: trained?.count == shape[1] ? trained : nil, wanted: channels)
        parameters.set(index, to: adaptation.values)
        adapted.append(adaptation.message)
        taken += 1
      } else {
        unfit.append("\(declaration.name) (\(shape) in the file, \(declaration.shape) here)")
      }
    }
    guard taken > 0 else {
      throw RunError(
        .input,
        "\(path): no tensor has the name and shape of one of this network: it is of another "
          + "architecture, or of other settings")
    }
    var lines = ["starts from \(path): \(taken) of \(parameters.declarations.count) tensors"]
    lines += adapted
    if !missing.isEmpty { lines.append("starting at random, not in the file: \(list(missing))") }
    if !unfit.isEmpty { lines.append("starting at random, of another shape: \(list(unfit))") }
    return lines
  }

  /// The values of a tensor.
  private func finite(_ name: String) throws -> [Double] {
    let values = try tensors.doubles(name)
    guard values.allSatisfy(\.isFinite) else {
      throw RunError(
        .input, "\(path): the tensor '\(name)' holds values that are not finite numbers")
    }
    return values
  }

  /// Whether a weight differs from that of the file only in the bands that it reads.
  private func reads(_ bands: Int, _ stored: [Int], _ wanted: [Int]) -> Bool {
    stored.count == 4 && wanted.count == 4 && wanted[1] == bands && stored[0] == wanted[0]
      && stored[2...] == wanted[2...]
  }

  /// The first few of many.
  private func list(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ")
      + (names.count > 4 ? " and \(names.count - 4) more" : "")
  }
}
