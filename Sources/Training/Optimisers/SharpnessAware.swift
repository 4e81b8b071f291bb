import Configuration

/// An optimiser that steps as another does, from a gradient taken elsewhere.
protocol SharpnessAware: Optimiser {
  /// What makes the step.
  var base: any Optimiser { get set }
}

extension SharpnessAware {
  /// Those of the base.
  public var moments: [String] { base.moments }

  /// The learning rate of the base.
  public var learningRate: Double { base.learningRate }

  /// That of the base: the way up is forgotten after each step.
  public var state: OptimiserState {
    get { base.state }
    set { base.state = newValue }
  }

  /// Moves all parameters by one step of the base, from a gradient taken at the end of the way up.
  public mutating func step(_ parameters: [ParameterSlot], _ step: OptimiserStep) {
    base.step(parameters, step)
  }

  /// The key of the optimiser that steps.
  static var baseSetting: Setting {
    Setting(
      "base", .component(family: "optimiser"), default: "sgd",
      "The optimiser that makes the step, with its own settings.")
  }

  /// Makes the base; another sharpness-aware optimiser is refused.
  static func makeBase(_ settings: Settings) throws -> any Optimiser {
    guard let (name, own) = settings.optionalComponent("base") else {
      preconditionFailure("'base' has a default")
    }
    let base = try OptimiserRegistry.make(name, settings: own)
    guard base.perturbation == nil else {
      throw OptimiserError.conflict(
        optimiser: component.name,
        reason: "its base cannot be '\(name)', which takes two gradients a step itself: write "
          + "base: sgd, adam, adamw or ademamix")
    }
    return base
  }
}
