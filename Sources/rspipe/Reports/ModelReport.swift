import Engine
import Models
import Pipelines

/// What a model file holds, and what running it costs.
struct ModelReport: Encodable {
  let path: String
  let card: ModelCard
  let parameters: Int
  let totalStride: Int
  /// Pixels along one axis that a pixel of the map depends on; absent if the network sees all.
  let receptiveField: Int?
  /// Pixels that a window reaches beyond what it gives; absent if the network sees all.
  let halo: Int?
  /// Side of the window that costs are given for, in pixels.
  let side: Int
  /// Multiply-adds for such a window.
  let multiplyAdds: Int
  /// Bytes that one thread allocates for it, weights in PyTorch's layout left out.
  let peakBytes: Int
  /// The part of `peakBytes` that holds values from layer to layer.
  let valueBytes: Int
  /// The part of `peakBytes` that kernels use for the time of one layer.
  let scratchBytes: Int
  /// The layers, where they were asked for.
  let layers: [LayerReport]?

  /// Plans the network.
  ///
  /// - Parameter layersForSide: Tells of each layer, for a window of this many rows and columns.
  init(_ model: TrainedModel, path: String, layersForSide: Int? = nil) throws {
    self.path = path
    card = model.card
    parameters = model.parameters.trainedCount
    totalStride = model.graph.totalStride
    halo = model.graph.halo
    receptiveField = model.graph.receptiveField.pixels
    side = layersForSide ?? 512
    let plan = try Plan(
      graph: model.graph, inputShapes: [Shape(1, side, side, model.card.channels.count)],
      isTraining: false, threads: 1)
    multiplyAdds = plan.multiplyAdds
    peakBytes = plan.peakBytes
    valueBytes = plan.arenaBytes
    scratchBytes = plan.scratchBytes
    layers = layersForSide.map { _ in plan.layers }
  }

  /// The report for people.
  var text: String {
    var facts = [
      ("model", path), ("architecture", "\(card.architecture) \(card.settings)"),
      ("parameters", "\(parameters)"),
      ("receptive field", receptiveField.map { "\($0) pixels" } ?? "the whole image"),
      ("halo", halo.map { "\($0) pixels" } ?? "none"),
      ("total stride", "\(totalStride) pixels"),
      ("multiply-adds", "\(decimals(Double(multiplyAdds) / 1e9, 2)) G for \(window)"),
      ("memory", "\(mebibytes(peakBytes)) MiB for \(window)"),
      ("images", card.images.joined(separator: ", ")),
      ("trained on", "windows of \(card.windowPixels) pixels" + resolution),
    ]
    facts += card.training.sorted { $0.key < $1.key }.map { ("training \($0.key)", $0.value) }
    facts += card.scores.sorted { $0.key < $1.key }.map {
      ("score \($0.key)", decimals($0.value, 4))
    }
    var channels = Table(["channel", "mean", "deviation"])
    for item in card.channels {
      channels.add([item.name, decimals(item.mean, 5), decimals(item.deviation, 5)])
    }
    var classes = Table(["class", "code", "colour"])
    for item in card.classes { classes.add([item.name, "\(item.value)", item.colour]) }
    let width = (facts.map(\.0.count).max() ?? 0) + 2
    let lines = facts.map { name, value in
      name + ":" + String(repeating: " ", count: width - name.count - 1) + value
    }
    let tables = [channels.lines, classes.lines] + (layers.map { [layerLines($0)] } ?? [])
    return (lines + tables.flatMap { [""] + $0 }).joined(separator: "\n") + "\n"
  }

  /// The layers and what is allocated for them.
  private func layerLines(_ layers: [LayerReport]) -> [String] {
    var table = Table([
      "layer", "kind", "output", "algorithm", "MMAC", "output MiB", "receptive field",
    ])
    for layer in layers {
      table.add([
        layer.name, layer.kind, layer.output.map(String.init).joined(separator: "×"),
        layer.algorithm ?? "-", decimals(Double(layer.multiplyAdds) / 1e6, 2),
        mebibytes(layer.bytes), layer.receptiveField.map(String.init) ?? "all",
      ])
    }
    let kept = peakBytes - valueBytes - scratchBytes
    return table.lines + [
      "allocated: \(mebibytes(peakBytes)) MiB: \(mebibytes(valueBytes)) for values, "
        + "\(mebibytes(scratchBytes)) for scratch, \(mebibytes(kept)) for packed weights"
    ]
  }

  private var window: String { "\(side) × \(side) pixels" }

  private func mebibytes(_ bytes: Int) -> String { decimals(Double(bytes) / 1_048_576, 1) }

  private var resolution: String {
    card.resolutionMetres.map { ", pixels of \(decimals($0, 2)) m" } ?? ""
  }
}
