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
  public var halo: Int { geometry.halo }
  /// Windows start at multiples of this.
  public var step: Int { geometry.step }
  let geometry: WindowGeometry
  let filler: TensorFiller
  let model: TrainedModel
  private let pool: ThreadPool
  private let kernels: KernelChoice
  private var plans: [WindowFrame: Plan] = [:]
  /// Serves windows of all sizes in the memory that the largest needs.
  private var executor: Executor?
  /// What the executor is ready for.
  private var frame: WindowFrame?
  /// Room for the window that is read.
  let input = WindowInput()

  /// Plans kept: along each axis windows differ at both edges and beside the last.
  private static let planLimit = 32

  /// Prepares to predict.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - pool: Threads.
  ///   - halo: Pixels read around each window; nil: as many as the receptive field needs.
  ///   - kernels: How kernels are chosen.
  public init(
    _ model: TrainedModel, pool: ThreadPool, halo: Int? = nil, kernels: KernelChoice = .fast
  ) {
    geometry = WindowGeometry(model.graph, halo: halo)
    self.model = model
    self.pool = pool
    self.kernels = kernels
    classCount = model.card.classes.count
    channels = model.card.channels.map(\.name)
    filler = TensorFiller(model.card)
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
    let computed = geometry.computed(window, in: reader.grid)
    _ = try plan(for: frame(window, in: computed))
    guard try input.read(window, computed, from: reader, filler) else { return nil }
    return compute(try load(input)).probabilities()
  }

  /// What the network gets and what is wanted of it for a window.
  func frame(_ window: Window, in computed: Window) -> WindowFrame {
    WindowFrame(
      input: Shape(1, computed.height, computed.width, channels.count),
      wanted: Region(
        rows: window.y - computed.y..<window.endY - computed.y,
        columns: window.x - computed.x..<window.endX - computed.x))
  }

  /// The plan for a frame.
  ///
  /// - Throws: `RunError` if the machine has no memory for it.
  func plan(for frame: WindowFrame) throws -> Plan {
    if let plan = plans[frame] { return plan }
    let shape = frame.input
    let plan = try Plan(
      graph: model.graph, inputShapes: [shape], isTraining: false, wanted: frame.wanted,
      threads: pool.threads, kernels: kernels)
    let memory = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    guard plan.peakBytes < memory else {
      throw RunError(
        .usage,
        "a window of \(shape.height)×\(shape.width) pixels needs "
          + "\(decimals(Double(plan.peakBytes) / 0x1p30, 1)) GiB, the machine has "
          + "\(decimals(Double(memory) / 0x1p30, 1)); choose a smaller 'tile' (or 'block')")
    }
    if plans.count >= WindowPredictor.planLimit { plans.removeAll() }
    plans[frame] = plan
    return plan
  }

  /// Asks for the memory of a plan, so that smaller ones need no more.
  func reserve(_ plan: Plan) {
    frame = nil
    if let executor {
      executor.use(plan)
    } else {
      executor = Executor(plan: plan, parameters: model.parameters, pool: pool)
    }
  }

  /// Copies a window into the network, after which its room is free for another.
  func load(_ input: WindowInput) throws -> LoadedWindow {
    let frame = frame(input.window, in: input.computed)
    if self.frame != frame {
      reserve(try plan(for: frame))
      self.frame = frame
    }
    guard let executor else { preconditionFailure("memory was reserved") }
    let target = executor.inputs[0]
    precondition(target.pixelStride == frame.input.channels, "the input is contiguous")
    input.pixels.withUnsafeBytes {
      guard let pixels = $0.baseAddress else { return }
      target.pointer.copyMemory(from: pixels, byteCount: 4 * frame.input.count)
    }
    return input.loaded(computing: executor.plan.computedRegion)
  }

  /// Computes the window that was loaded.
  func compute(_ loaded: LoadedWindow) -> WindowLogits {
    guard let executor else { preconditionFailure("a window was loaded") }
    executor.forward()
    return WindowLogits(executor.outputs[0], of: loaded)
  }
}

/// What the network gets of a window with its halo, and which of its pixels are wanted.
struct WindowFrame: Hashable {
  /// The shape of the network's input.
  let input: Shape
  /// The window, counted from the first pixel of the input.
  let wanted: Region
}
