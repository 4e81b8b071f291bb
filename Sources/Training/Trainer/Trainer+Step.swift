import Engine

extension Trainer {
  /// One batch of a step: what the logits are compared with, and where messages find it.
  private struct Pass {
    let number: Int
    let target: LossTarget
    let names: [String]
  }

  /// Makes one step on a batch whose input was written just before.
  ///
  /// - Parameters:
  ///   - target: What the logits are compared with.
  ///   - index: The number of the step, from 0; it decides the rate.
  ///   - names: What messages call the images.
  /// - Returns: The loss before the step, and the norm of the gradient before clipping.
  /// - Throws: `TrainingError` if the loss or a gradient is not finite; the weights are as they were
  ///   then, though running statistics have seen the batch.
  public func step(
    target: LossTarget, index: Int, names: [String] = []
  ) throws -> (loss: Double, gradientNorm: Double) {
    try step(index: index, batches: 1) { _ in (target, names) }
  }

  /// Makes one step by the mean gradient of several batches.
  ///
  /// - Parameters:
  ///   - index: The number of the step, from 0.
  ///   - batches: How many there are.
  ///   - next: Writes the input of a batch, whose number counts on from step to step, and gives its
  ///     target and the names of its images.
  /// - Returns: The mean loss before the step, and the norm of its gradient before clipping: of
  ///   that which makes the step, if an optimiser takes two.
  /// - Throws: `TrainingError` as for one batch.
  public func step(
    index: Int, batches: Int, next: (_ batch: Int) throws -> (target: LossTarget, names: [String])
  ) throws -> (loss: Double, gradientNorm: Double) {
    allSlots.clearGradients(pool: pool)
    imageLosses = []
    var passes: [Pass] = []
    var sum = 0.0
    for number in index * batches..<(index + 1) * batches {
      let (given, names) = try next(number)
      let target = softened(given)
      passes.append(Pass(number: number, target: target, names: names))
      if perturbation != nil { keepInput(passes.count - 1) }
      sum += try addGradients(passes[passes.count - 1], share: 1 / Double(batches), step: index)
    }
    if perturbation != nil {
      try checkedNorm(passes, step: index)
      try retakeGradients(passes, step: index)
    }
    let norm = try clip(passes, step: index)
    optimiser.step(
      slots,
      OptimiserStep(
        rate: schedule.rate(step: index, of: totalSteps, base: optimiser.learningRate),
        momentum: schedule.momentum(step: index, of: totalSteps), pool: pool))
    parameters.didChange()
    average?.update(slots, pool: pool)
    return (sum / Double(batches), norm)
  }

  /// The target with soft labels where classes meet, where the options ask for it.
  private func softened(_ target: LossTarget) -> LossTarget {
    guard let smoothing = options.smoothing, case .labels(let labels) = target else {
      return target
    }
    let shape = executor.outputs[0].shape
    return smoothing.soften(
      labels, rowWidth: shape.width, pixels: shape.height * shape.width, classes: shape.channels)
  }

  /// Forward, loss and backward of the batch whose input was just written; returns the loss.
  private func addGradients(
    _ pass: Pass, share: Double, step: Int, isFirst: Bool = true
  ) throws -> Double {
    frozenStatistics?.keep(parameters)
    // the second gradient of a step leaves out what the first did
    executor.draws.step = UInt64(pass.number)
    executor.forward()
    frozenStatistics?.restore(parameters)
    let logits = executor.outputs[0]
    let gradient = executor.outputGradients[0]
    if isFirst && options.keepsImageLosses {
      let losses = try loss.imageLosses(logits, pass.target, scratch: imageScratch)
      imageLosses += losses.enumerated().map { image, value in
        ImageLoss(
          batch: pass.number, image: image,
          name: pass.names.indices.contains(image) ? pass.names[image] : nil, loss: value)
      }
    }
    let batch = try LossBatch(
      type: logits.type.kernelType, images: logits.shape.images,
      pixels: logits.shape.height * logits.shape.width, classes: logits.shape.channels,
      logits: logits.pointer, target: pass.target, width: logits.shape.width, scratch: scratch)
    gradient.clear()
    let value = loss.evaluate(batch, weight: share, addingTo: gradient.pointer).total
    guard value.isFinite else {
      let losses = try loss.imageLosses(logits, pass.target, scratch: imageScratch)
      let culprits = losses.indices.filter { !losses[$0].isFinite }
      throw TrainingError(
        "the loss became \(plain(value)) at \(place([pass], culprits, step)): lower the learning rate "
          + "or clip the gradient (clip_norm)")
    }
    executor.backward()
    return value
  }

  /// Takes the gradients of all batches again where the perturbation leads to.
  ///
  /// Weights and running statistics are afterwards as they were, whatever happens.
  private func retakeGradients(_ passes: [Pass], step: Int) throws {
    statistics.keep(parameters)
    perturbation?.ascend(slots, pool: pool)
    parameters.didChange()
    defer {
      perturbation?.restore(slots, pool: pool)
      statistics.restore(parameters)
      parameters.didChange()
    }
    allSlots.clearGradients(pool: pool)
    for (position, pass) in passes.enumerated() {
      writeInput(position)
      _ = try addGradients(pass, share: 1 / Double(passes.count), step: step, isFirst: false)
    }
  }

  /// Limits the gradients as the options say; returns their norm before.
  private func clip(_ passes: [Pass], step: Int) throws -> Double {
    let norm = try checkedNorm(passes, step: step)
    if let limit = options.clipValue { GradientClipping.clip(slots, value: limit, pool: pool) }
    if let limit = options.clipNorm { GradientClipping.clip(slots, norm: limit, pool: pool) }
    return norm
  }

  @discardableResult
  private func checkedNorm(_ passes: [Pass], step: Int) throws -> Double {
    let norm = GradientClipping.norm(slots, pool: pool)
    guard norm.isFinite else {
      throw TrainingError(
        "the gradient became \(plain(norm)) at \(place(passes, [], step)): lower the learning rate")
    }
    return norm
  }

  /// Where something happened: `step 3`, with the batch and its images where they have names.
  ///
  /// - Parameters:
  ///   - passes: The batches that it may have come from.
  ///   - culprits: The images of the first of them that it came from; empty: any.
  ///   - step: The step, from 0.
  private func place(_ passes: [Pass], _ culprits: [Int], _ step: Int) -> String {
    let names = passes.flatMap { pass in
      pass.names.enumerated().filter { culprits.isEmpty || culprits.contains($0.offset) }
        .map { "'\($0.element)'" }
    }
    let isWholeStep = passes.count == options.accumulate
    guard !names.isEmpty || !isWholeStep, let first = passes.first, let last = passes.last else {
      return "step \(step + 1)"
    }
    let batches =
      first.number == last.number
      ? "batch \(first.number + 1)" : "batches \(first.number + 1) to \(last.number + 1)"
    return "step \(step + 1) (\(([batches] + names).joined(separator: ", ")))"
  }

  private func keepInput(_ position: Int) {
    let input = executor.inputs[0]
    let bytes = input.shape.count * input.type.size
    if keptInputs.count == position { keptInputs.append(Memory(byteCount: bytes)) }
    keptInputs[position].pointer.copyMemory(from: input.pointer, byteCount: bytes)
  }

  private func writeInput(_ position: Int) {
    executor.inputs[0].pointer.copyMemory(
      from: keptInputs[position].pointer, byteCount: keptInputs[position].byteCount)
  }
}

/// A number that is not finite in words; NaN has no sign worth telling.
private func plain(_ value: Double) -> String { value.isNaN ? "nan" : "\(value)" }
