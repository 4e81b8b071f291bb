import Engine
import Models
import Pipelines

/// What a model file holds, and what running it costs.
struct ModelReport: Encodable {
  /// Side of the window that costs are given for, in pixels.
  static let side = 512

  let path: String
  let card: ModelCard
  let parameters: Int
  let totalStride: Int
  /// Pixels along one axis that a pixel of the map depends on; absent if the network sees all.
  let receptiveField: Int?
  /// Pixels that a window reaches beyond what it gives; absent if the network sees all.
  let halo: Int?
  /// Multiply-adds for 512 × 512 pixels.
  let multiplyAdds: Int
  /// Bytes that one thread needs for 512 × 512 pixels, weights left out.
  let peakBytes: Int

  /// Plans the network.
  init(_ model: TrainedModel, path: String) throws {
    self.path = path
    card = model.card
    parameters = model.parameters.trainedCount
    totalStride = model.graph.totalStride
    halo = model.graph.halo
    if case .finite(let step, let before, let after) = model.graph.receptiveField {
      receptiveField = Int(before + after + step)
    } else {
      receptiveField = nil
    }
    let shape = Shape(1, ModelReport.side, ModelReport.side, model.card.channels.count)
    let plan = try Plan(
      graph: model.graph, inputShapes: [shape], isTraining: false, threads: 1)
    multiplyAdds = plan.multiplyAdds
    peakBytes = plan.peakBytes
  }

  /// The report for people.
  var text: String {
    var facts = [
      ("model", path), ("architecture", "\(card.architecture) \(card.settings)"),
      ("parameters", "\(parameters)"),
      ("receptive field", receptiveField.map { "\($0) pixels" } ?? "the whole image"),
      ("halo", halo.map { "\($0) pixels" } ?? "none"),
      ("total stride", "\(totalStride) pixels"),
      ("multiply-adds", "\(decimals(Double(multiplyAdds) / 1e9, 2)) G for 512 × 512 pixels"),
      ("memory", "\(decimals(Double(peakBytes) / 1_048_576, 1)) MiB for 512 × 512 pixels"),
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
    return (lines + [""] + channels.lines + [""] + classes.lines).joined(separator: "\n") + "\n"
  }

  private var resolution: String {
    card.resolutionMetres.map { ", pixels of \(decimals($0, 2)) m" } ?? ""
  }
}
