import CKernels
import Engine
import Glibc
import Models
import Rasters

/// Class probabilities of windows of a scene, equal to those of one pass over the whole scene.
///
/// A window is read with a halo at least as wide as the receptive field, starts at a multiple of
/// the network's total stride, ends at the scene's edge where the scene does, and is cropped.
/// Belongs to one thread.
public final class WindowPredictor {
  /// The classes.
  public let classCount: Int
  /// The channels to read.
  public let channels: [String]
  /// Pixels read around each window.
  public let halo: Int
  /// Windows start at multiples of this.
  public let step: Int
  private let model: TrainedModel
  private let pool: ThreadPool
  private let filler: TensorFiller
  private let least: Int
  private var executors: [Shape: Executor] = [:]
  private var planes: [Float] = []
  private var observed: [UInt8] = []
  private var probabilities: [Float] = []
  private var logSums: [Double] = []

  /// Executors kept: a scene has windows of at most nine sizes.
  private static let executorLimit = 9

  /// Prepares to predict.
  ///
  /// - Parameters:
  ///   - model: The network; its receptive field must be finite.
  ///   - pool: Threads.
  ///   - halo: Pixels read around each window; nil: as many as the receptive field needs.
  /// - Throws: `RunError` if the receptive field is not finite.
  public init(_ model: TrainedModel, pool: ThreadPool, halo: Int? = nil) throws {
    guard let needed = model.graph.halo else {
      throw RunError(.failed, "a network that sees the whole image cannot be run by windows yet")
    }
    let step = model.graph.totalStride
    self.step = step
    self.model = model
    self.pool = pool
    classCount = model.card.classes.count
    channels = model.card.channels.map(\.name)
    filler = TensorFiller(model.card)
    least = step
    self.halo = halo.map { ($0 + step - 1) / step * step } ?? needed
  }

  /// Predicts a window.
  ///
  /// - Parameters:
  ///   - window: Within the grid; it starts at multiples of `step`, and ends at one or at the edge.
  ///   - reader: The scene, with the channels of the model.
  /// - Returns: Probabilities, class after class, row after row, NaN where not observed; nil if
  ///   nothing of the window is observed.
  public func predict(_ window: Window, from reader: SceneReader) throws -> [Float]? {
    precondition(
      window.x % step == 0 && window.y % step == 0, "\(window) starts beside a multiple of \(step)")
    let wide = extended(window.expanded(by: halo, within: reader.grid.window))
    let shape = Shape(1, wide.height, wide.width, channels.count)
    if executors[shape] == nil { try checkMemory(shape) }
    try reader.read(wide, into: &planes)
    guard isObserved(window, within: wide) else { return nil }
    let executor = try executor(shape)
    if observed.count < wide.pixelCount {
      observed = [UInt8](repeating: 0, count: wide.pixelCount)
    }
    let input = executor.inputs[0].pointer.assumingMemoryBound(to: Float.self)
    observed.withUnsafeMutableBufferPointer {
      guard let flags = $0.baseAddress else { return }
      filler.fill(planes, count: wide.pixelCount, into: input, observed: flags)
    }
    executor.forward()
    computeProbabilities(executor.outputs[0])
    return crop(window, from: wide)
  }

  /// A window at least as large as the network needs; beyond the scene nothing is observed.
  private func extended(_ window: Window) -> Window {
    Window(
      x: window.x, y: window.y, width: max(window.width, least),
      height: max(window.height, least))
  }

  private func isObserved(_ window: Window, within wide: Window) -> Bool {
    for y in window.y..<window.endY {
      let row = (y - wide.y) * wide.width + window.x - wide.x
      for pixel in row..<row + window.width where !planes[pixel].isNaN { return true }
    }
    return false
  }

  /// Refuses a window that the machine has no memory for, before anything is read.
  private func checkMemory(_ shape: Shape) throws {
    let plan = try Plan(
      graph: model.graph, inputShapes: [shape], isTraining: false, threads: pool.threads)
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard plan.peakBytes < memory else {
      throw RunError(
        .usage,
        "a window of \(shape.height)×\(shape.width) pixels needs "
          + "\(decimals(Double(plan.peakBytes) / 0x1p30, 1)) GiB, the machine has "
          + "\(decimals(Double(memory) / 0x1p30, 1)); choose a smaller 'tile' (or 'block')")
    }
  }

  private func executor(_ shape: Shape) throws -> Executor {
    if let executor = executors[shape] { return executor }
    if executors.count >= WindowPredictor.executorLimit { executors.removeAll() }
    let plan = try Plan(
      graph: model.graph, inputShapes: [shape], isTraining: false, threads: pool.threads)
    let executor = Executor(plan: plan, parameters: model.parameters, pool: pool)
    executors[shape] = executor
    return executor
  }

  private func computeProbabilities(_ logits: TensorView) {
    let (pixels, classes) = (logits.shape.pixels, logits.shape.channels)
    precondition(logits.pixelStride == classes, "logits are contiguous")
    if probabilities.count < pixels * classes {
      probabilities = [Float](repeating: 0, count: pixels * classes)
      logSums = [Double](repeating: 0, count: pixels)
    }
    probabilities.withUnsafeMutableBytes { probabilities in
      logSums.withUnsafeMutableBufferPointer { logSums in
        rs_loss_probabilities(
          logits.type.kernelType, pixels, classes, logits.pointer, probabilities.baseAddress,
          logSums.baseAddress)
      }
    }
  }

  private func crop(_ window: Window, from wide: Window) -> [Float] {
    let count = window.pixelCount
    var result = [Float](repeating: .nan, count: classCount * count)
    for row in 0..<window.height {
      for column in 0..<window.width {
        let from = (window.y - wide.y + row) * wide.width + window.x - wide.x + column
        guard observed[from] != 0 else { continue }
        for k in 0..<classCount {
          result[k * count + row * window.width + column] = probabilities[from * classCount + k]
        }
      }
    }
    return result
  }
}
