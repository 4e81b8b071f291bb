import Engine
import Foundation
import TestSupport
import Testing

@testable import Models

/// What every architecture of the registry must do, as small as its settings let it be.
struct ModelContractTests {
  /// Settings that make each small, and draw nothing at random.
  static let small: [String: String] = [
    "unet": "{base: 2, depth: 2}",
    "cgnet": "{second_blocks: 2, third_blocks: 2}",
    "dual_encoder": "{base: 2, depth: 2}",
    "segformer":
      "{hidden_sizes: [4, 4, 8, 8], depths: [1, 1, 1, 1], heads: [1, 1, 2, 2], decoder: 4, "
      + "drop_path: 0, dropout: 0}",
    "fc_ef": "{base: 2, dropout: 0}",
    "fc_siam_conc": "{base: 2, dropout: 0}",
    "fc_siam_diff": "{base: 2, dropout: 0}",
    "siamese_change": "{encoder: {unet: {base: 2, depth: 2}}}",
  ]
  static let names = ModelRegistry.all.map { $0.component.name }
  static let bands = 4

  private func graph(_ name: String) throws -> Graph {
    try makeModel(name, #require(Self.small[name], "no small settings for '\(name)'"))
      .graph(bands: Self.bands, outputs: 3)
  }

  @Test("Any image gives a map of its size, whose gradients are finite", arguments: names)
  func sizes(_ name: String) throws {
    let graph = try graph(name)
    let channels = try makeModel(name).logitChannels(outputs: 3)
    for (height, width) in [(1, 1), (5, 7), (33, 20)] {
      for type in [ElementType.float32, .float64] {
        let probe = try NetworkProbe(
          graph, Shape(2, height, width, Self.bands), isTraining: true, type: type, kernels: .fast)
        let gradients = probe.gradients()
        #expect(probe.executor.outputs[0].shape == Shape(2, height, width, channels))
        #expect(probe.executor.outputs[0].doubles().allSatisfy { $0.isFinite })
        #expect(gradients.joined().allSatisfy { $0.isFinite }, "\(height)×\(width), \(type)")
        #expect(gradients.joined().contains { $0 != 0 })
        let prediction = try NetworkProbe(
          graph, Shape(1, height, width, Self.bands), isTraining: false, type: type,
          kernels: .fast)
        #expect(prediction.outputs().allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("Gradients agree with differences", arguments: names)
  func gradients(_ name: String) throws { try checkGradients(graph(name)) }

  private func checkGradients(_ graph: Graph) throws {
    let probe = try NetworkProbe(graph, Shape(2, 33, 20, Self.bands), isTraining: true)
    let gradients = probe.gradients()
    for (parameter, gradient) in gradients.enumerated() where !gradient.isEmpty {
      let element = gradient.count / 2
      let difference = probe.difference(parameter: parameter, element: element)
      // a step of 1e-6 may take one of 100 000 rectifiers across 0, whose share is below 1e-4
      #expect(
        abs(difference - gradient[element]) <= 1e-4 * max(1, maxAbs(gradient)),
        "\(probe.graph.parameters[parameter].name)[\(element)]: \(difference), \(gradient[element])"
      )
    }
  }

  /// Settings that change what the network is made of.
  static let variants = [
    ("unet", "{base: 4, depth: 2, norm: group, groups: 2, residual: true}"),
    ("unet", "{base: 3, depth: 1, norm: layer}"), ("unet", "{base: 4, depth: 1, residual: true}"),
    ("dual_encoder", "{base: 2, depth: 2, terrain_channels: 2, fusion: add}"),
    ("siamese_change", "{encoder: {cgnet: {second_blocks: 2, third_blocks: 2}}}"),
    (
      "siamese_change",
      "{encoder: {segformer: {hidden_sizes: [4, 4, 8, 8], depths: [1, 1, 1, 1], "
        + "heads: [1, 1, 2, 2], decoder: 4, drop_path: 0, dropout: 0}}}"
    ),
  ]

  @Test("So do those of other settings, for any image", arguments: variants)
  func variantGradients(_ name: String, _ settings: String) throws {
    let graph = try makeModel(name, settings).graph(bands: Self.bands, outputs: 3)
    try checkGradients(graph)
    for (height, width) in [(1, 1), (5, 7)] {
      let gradients = try NetworkProbe(
        graph, Shape(2, height, width, Self.bands), isTraining: true, type: .float32,
        kernels: .fast
      ).gradients()
      #expect(gradients.joined().allSatisfy { $0.isFinite })
    }
  }

  @Test("Bits do not depend on the number of threads", arguments: names)
  func threads(_ name: String) throws {
    let graph = try graph(name)
    for type in [ElementType.float32, .float64] {
      let runs = try [1, 2, 3].map { threads in
        let probe = try NetworkProbe(
          graph, Shape(2, 33, 20, Self.bands), isTraining: true, type: type, threads: threads,
          kernels: .fast)
        return probe.gradients() + [probe.executor.outputs[0].doubles()]
      }
      #expect(runs[0] == runs[1] && runs[1] == runs[2], "\(type)")
      let predictions = try [1, 2, 3].map {
        try NetworkProbe(
          graph, Shape(1, 33, 20, Self.bands), isTraining: false, type: type, threads: $0,
          kernels: .fast
        ).outputs()
      }
      #expect(predictions[0] == predictions[1] && predictions[1] == predictions[2], "\(type)")
    }
  }

  @Test("Fast kernels predict what plain loops do", arguments: names)
  func kernels(_ name: String) throws {
    let graph = try graph(name)
    func outputs(_ type: ElementType, _ kernels: KernelChoice, _ isTraining: Bool) throws
      -> [Double]
    {
      try NetworkProbe(
        graph, Shape(2, 33, 20, Self.bands), isTraining: isTraining, type: type, kernels: kernels
      ).outputs()
    }
    for isTraining in [false, true] {
      let expected = try outputs(.float64, .naive, isTraining)
      // single precision through two dozen layers; Winograd rounds a few times more
      let found = try outputs(.float32, .fast, isTraining)
      #expect(maxAbsDifference(expected, found) <= 1e-3 * maxAbs(expected))
    }
  }

  @Test("A model file gives the model back", arguments: names)
  func file(_ name: String) throws {
    let settings = try #require(Self.small[name])
    let graph = try graph(name)
    let parameters = ParameterStore(graph: graph)
    parameters.initialise(seed: 3)
    var card = sampleCard()
    card.architecture = name
    card.settings = settings
    let channel = card.channels[0]
    card.channels = (0..<Self.bands).map {
      ModelCard.Channel(name: "b\($0)", mean: channel.mean, deviation: channel.deviation)
    }
    card.classes.append(ModelCard.Class(value: 12, name: "c", colour: "#000000"))
    let model = TrainedModel(card: card, graph: graph, parameters: parameters)
    let path = NSTemporaryDirectory() + "model-\(UUID().uuidString).safetensors"
    try Data(model.encoded()).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let read = try TrainedModel(path: path)
    #expect(read.card == card)
    #expect(read.graph.parameters == graph.parameters)
    for index in graph.parameters.indices {
      #expect(read.parameters.doubles(index) == parameters.doubles(index))
    }
  }

  @Test("No output beyond the declared field changes with a pixel", arguments: names)
  func field(_ name: String) throws {
    let graph = try graph(name)
    let (height, width, column) = (4, 320, 150)
    let probe = try NetworkProbe(graph, Shape(1, height, width, Self.bands), isTraining: false)
    let before = probe.outputs()
    for row in 0..<height {
      for band in 0..<Self.bands {
        probe.input[(row * width + column) * Self.bands + band] += 10
      }
    }
    let channels = probe.executor.outputs[0].shape.channels
    var changed: Set<Int> = []
    for (index, (a, b)) in zip(before, probe.outputs()).enumerated() where a != b {
      changed.insert(index / channels % width)
    }
    #expect(changed.contains(column))
    guard case .finite(_, let left, let right) = graph.receptiveField else {
      #expect(graph.receptiveField == .unbounded && graph.halo == nil)
      #expect(changed.contains(0) && changed.contains(width - 1), "it sees the whole image")
      return
    }
    // output pixel o reads input columns o - left ... o + right
    for output in changed {
      #expect(column >= output - Int(left) && column <= output + Int(right), "\(output)")
    }
  }
}
