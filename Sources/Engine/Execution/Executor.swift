/// Runs a plan: all memory is allocated when it is made or given a larger plan, none in a pass.
///
/// One executor serves one thread at a time; its kernels use the pool.
public final class Executor {
  /// What it runs.
  public private(set) var plan: Plan
  /// The parameters, shared with other executors.
  public let parameters: ParameterStore
  /// What dropout and its like draw; it matters in training only.
  public let draws = RandomDraws()
  private let pool: ThreadPool
  private var arena: Memory
  private var scratch: Memory
  private let prepared: Memory
  private var saved: Memory
  private var coefficients: Memory
  private var preparedVersion = 0
  private var calls: [OperationCall] = []

  /// Allocates what the plan asks for.
  ///
  /// - Parameters:
  ///   - plan: The plan; its type must be the store's, its threads at least the pool's.
  ///   - parameters: The values, with gradients if the plan is for training.
  ///   - pool: The threads.
  public init(plan: Plan, parameters: ParameterStore, pool: ThreadPool) {
    Executor.check(plan, parameters, pool)
    self.plan = plan
    self.parameters = parameters
    self.pool = pool
    arena = Memory(byteCount: plan.arenaBytes)
    scratch = Memory(byteCount: plan.scratchBytes)
    prepared = Memory(byteCount: plan.preparedBytes)
    saved = Memory(byteCount: plan.savedBytes)
    coefficients = Memory(byteCount: plan.coefficientBytes)
    bind()
  }

  /// Goes on with a plan of the same network for other image sizes, in the same memory where it is
  /// large enough; weights are not prepared again.
  public func use(_ plan: Plan) {
    Executor.check(plan, parameters, pool)
    precondition(plan.preparedBytes == prepared.byteCount, "a plan of another network or mode")
    self.plan = plan
    for (memory, bytes) in [
      (\Executor.arena, plan.arenaBytes), (\.scratch, plan.scratchBytes),
      (\.saved, plan.savedBytes), (\.coefficients, plan.coefficientBytes),
    ] where self[keyPath: memory].byteCount < bytes {
      self[keyPath: memory] = Memory(byteCount: 0)  // frees before it allocates
      self[keyPath: memory] = Memory(byteCount: bytes)
    }
    bind()
  }

  private static func check(_ plan: Plan, _ parameters: ParameterStore, _ pool: ThreadPool) {
    precondition(plan.context.type == parameters.type, "plan and parameters differ in type")
    precondition(pool.threads <= plan.context.threads, "the plan has scratch for fewer threads")
    precondition(plan.graph.parameters == parameters.declarations, "parameters of another graph")
  }

  private func bind() {
    for value in plan.normalised { normalisation(Value(index: value))?.clear() }
    calls = makeCalls()
  }

  /// The inputs.
  ///
  /// Write them before every pass: their memory serves other values later in it.
  public var inputs: [TensorView] { plan.graph.inputs.map(view) }
  /// The outputs, valid until the next pass.
  public var outputs: [TensorView] { plan.graph.outputs.map(view) }
  /// Where the gradients of the outputs go before `backward()`.
  public var outputGradients: [TensorView] { plan.graph.outputs.map(gradientView) }

  /// The gradients of the inputs after `backward()`, if the plan asked for them.
  public var inputGradients: [TensorView] {
    precondition(plan.context.withInputGradients, "the plan has no gradients of inputs")
    return plan.graph.inputs.map(gradientView)
  }

  /// Computes the outputs from the inputs; in a training plan also updates running statistics.
  public func forward() {
    prepareIfNeeded()
    for (node, call) in zip(plan.graph.nodes, calls) { node.operation.forward(call) }
  }

  /// Adds the gradients of all parameters to those in the store, from the gradients of the outputs.
  public func backward() {
    precondition(plan.context.isTraining, "a plan for prediction has no backward pass")
    for (node, call) in zip(plan.graph.nodes, calls).reversed() where call.outputGradient != nil {
      node.operation.backward(call)
    }
  }

  private func prepareIfNeeded() {
    guard preparedVersion != parameters.version else { return }
    for (node, call) in zip(plan.graph.nodes, calls) { node.operation.prepare(call) }
    preparedVersion = parameters.version
  }

  private func view(_ value: Value) -> TensorView {
    view(value, offsets: plan.valueOffsets)
  }

  private func gradientView(_ value: Value) -> TensorView {
    view(value, offsets: plan.gradientOffsets)
  }

  private func view(_ value: Value, offsets: [Int]) -> TensorView {
    let home = plan.placement.homes[value.index]
    let type = plan.context.type
    return TensorView(
      pointer: arena.pointer + offsets[home.buffer] + home.channel * type.size, type: type,
      shape: plan.shapes[value.index], pixelStride: plan.placement.buffers[home.buffer].channels)
  }

  /// What is still to be done to a value when it is read; nil: nothing.
  private func normalisation(_ value: Value) -> Normalisation? {
    let home = plan.placement.homes[value.index]
    guard plan.normalised.contains(value.index),
      let offset = plan.coefficientOffsets[home.buffer]
    else { return nil }
    return Normalisation(
      at: coefficients.pointer + offset, channels: plan.placement.buffers[home.buffer].channels,
      firstChannel: home.channel)
  }

  private func makeCalls() -> [OperationCall] {
    var (preparedEnd, savedEnd) = (0, 0)
    return plan.graph.nodes.enumerated().map { index, node in
      let workspace = plan.workspaces[index]
      defer {
        preparedEnd += Arena.rounded(workspace.preparedBytes)
        savedEnd += 8 * workspace.savedDoubles
      }
      let isTraining = plan.context.isTraining
      return OperationCall(
        type: plan.context.type, pool: pool, isTraining: isTraining,
        kernels: plan.context.kernels, inputs: node.inputs.map(view), output: view(node.output),
        pooled: node.pooled.map(view),
        inputNormalisations: node.inputs.map(normalisation),
        outputNormalisation: normalisation(node.output),
        parameters: node.parameters.map { parameters.pointer($0) },
        prepared: prepared.pointer + preparedEnd,
        saved: (saved.pointer + savedEnd).assumingMemoryBound(to: Double.self),
        draws: draws,
        scratch: scratch.pointer,
        outputGradient: plan.hasGradient[node.output.index] ? gradientView(node.output) : nil,
        inputGradients: node.inputs.enumerated().map { position, input in
          guard plan.hasGradient[input.index],
            node.operation.passesGradient(toInput: position)
          else { return nil }
          return GradientView(
            view: gradientView(input), accumulates: plan.accumulates[index][position],
            collectsSums: plan.collectsSums[index][position])
        },
        parameterGradients: node.parameters.map { parameters.gradientPointer($0) })
    }
  }
}
