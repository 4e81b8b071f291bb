import CKernels
import Engine
import TestSupport
import Testing

@testable import Training

/// Every case of `contrast.json`.
struct ContrastReferenceTests {
  @Test func contrastiveLossesGiveTheReferenceValuesAndGradients() throws {
    let folder = ReferenceFolder()
    let document = try folder.json("contrast")
    var tally = ReferenceTally("contrast")
    defer { print(tally) }
    guard tally.finds("contrast.safetensors", in: folder) else { return }
    let tensors = try folder.tensors("contrast")
    for row in try #require(document["cases"]?.array) {
      let id = try #require(row["id"]?.string)
      let input = try #require(row["input"]?.string)
      let value = try #require(row["value"]?.double)
      let gradient = try tensors.doubles(try #require(row["grad"]?.string))
      let temperature = try #require(row["temperature"]?.double)
      let name = try #require(row["kind"]?.string)
      guard let kind = ContrastiveLoss.Kind(rawValue: name) else {
        guard name == PairContrastLoss.component.name else {
          tally.notBuiltYet(name)
          continue
        }
        let found = PairContrastLoss(temperature: temperature).evaluate(
          queries: try tensors.doubles(input), keys: try tensors.doubles("pairs/key"),
          negatives: try tensors.doubles("pairs/negatives"),
          channels: try #require(document["shapes"]?["channels"]?.int))
        #expect(abs(found.value - value) <= 1e-12 * max(1, value), "\(id)")
        #expect(maxAbsDifference(found.gradient, gradient) <= 6e-8 * maxAbs(gradient), "\(id)")
        tally.compared()
        continue
      }
      let named = try #require(row["references"]?.string)
      let references = try #require(ContrastiveLoss.References(rawValue: named))
      let loss = ContrastiveLoss(kind, references: references, temperature: temperature)
      let sample = try ContrastSample(
        document, tensors, input: input, anchors: row["anchors"]?.string ?? "anchors")
      for type in [ElementType.float64, .float32] {
        let found = sample.evaluate(loss, type: type)
        // float64: what is stored is rounded to float; float32: the limits of the losses
        let isDouble = type == .float64
        let limit = isDouble ? 1e-12 : 2e-6
        #expect(abs(found.value - value) <= limit * max(1, value), "\(id), \(type)")
        let error = maxAbsDifference(found.gradient, gradient)
        #expect(error <= (isDouble ? 6e-8 : 1e-5) * maxAbs(gradient) + 1e-14, "\(id), \(type)")
        tally.compared()
      }
    }
    #expect(tally.comparedCount > 0)
  }

  @Test func queuesKeepTheLatestSamplesOfTheReference() throws {
    let document = try ReferenceFolder().json("contrast")
    let update = try #require(document["queue_update"])
    let capacity = try #require(update["capacity"]?.int)
    var queue = ClassQueue(classes: 2, capacity: capacity, channels: 1)
    for step in try #require(update["steps"]?.array) {
      queue.push(try #require(step["push"]?.doubles), class: 1)
      let slots = try #require(step["slots"]?.optionalDoubles)
      let filled = try #require(step["filled"]?.int)
      #expect(queue.filled == [0, filled])
      #expect(queue.next[1] == step["next_slot"]?.int)
      #expect(Array(queue.samples(class: 1)) == slots.prefix(filled).compactMap(\.self))
      #expect(queue.samples(class: 0).isEmpty)
    }
  }
}

/// Embeddings with labels, anchors and a queue.
struct ContrastSample {
  var shape: Shape
  var embeddings: [Double]
  var labels: [UInt8]
  var anchors: [Int]
  var queue: ClassQueue?

  init(
    shape: Shape, embeddings: [Double], labels: [UInt8], anchors: [Int], queue: ClassQueue? = nil
  ) {
    self.shape = shape
    self.embeddings = embeddings
    self.labels = labels
    self.anchors = anchors
    self.queue = queue
  }

  /// The tensors of a reference case.
  init(
    _ document: JSONValue, _ tensors: SafeTensors, input: String, anchors: String
  ) throws {
    let sizes = try ["B", "H", "W", "channels"].map {
      try #require(document["shapes"]?[$0]?.int)
    }
    shape = Shape(sizes[0], sizes[1], sizes[2], sizes[3])
    embeddings = try tensors.doubles(input)
    labels = try tensors.integers("label").map { UInt8($0) }
    self.anchors = try tensors.integers(anchors).map { Int($0) }
    let counts = try tensors.integers("queue_count").map { Int($0) }
    let vectors = try tensors.doubles("queue")
    let capacity = vectors.count / counts.count / shape.channels
    var queue = ClassQueue(
      classes: counts.count, capacity: capacity, channels: shape.channels)
    for (k, count) in counts.enumerated() {
      let start = k * capacity * shape.channels
      queue.push(Array(vectors[start..<start + count * shape.channels]), class: k)
    }
    self.queue = queue
  }

  /// The value of a loss and its gradient, added to `start`.
  func evaluate(
    _ loss: ContrastiveLoss, type: ElementType = .float64, weight: Double = 1, start: Double = 0
  ) -> (value: Double, gradient: [Double]) {
    let bytes = shape.count * type.size
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * bytes, alignment: 64)
    defer { memory.deallocate() }
    let input = TensorView(pointer: memory, type: type, shape: shape)
    let gradient = TensorView(pointer: memory + bytes, type: type, shape: shape)
    input.write(embeddings)
    gradient.write(Array(repeating: start, count: shape.count))
    let value = loss.evaluate(
      input, labels: labels, anchors: anchors, queue: queue, weight: weight, addingTo: gradient)
    return (value, gradient.doubles())
  }
}
