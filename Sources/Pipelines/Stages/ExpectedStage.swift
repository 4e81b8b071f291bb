import Configuration
import Rasters

/// Writes the expected grade of ordered classes, such as degrees of severity.
public struct ExpectedStage: Stage {
  /// `expected`.
  public static let component = Component(
    family: "stage", name: "expected",
    summary: "Writes the expected severity (or any other grade) of a network whose classes have an "
      + "order.",
    formula: """
      sum_k p_k grade_k for each pixel, NaN where not observed: a probability of burned saturates
      where everything burned, this does not. Train with the loss 'w1', which knows the order.
      """,
    settings: [
      Setting(
        "grades", .list(.number(-1e6...1e6), count: 2...254),
        "The grade of each class, in class order; by default its position: 0, 1, 2, …")
    ])

  /// Expected grades.
  public static let artifact = "expected"

  /// The scenes that are mapped.
  public let scenes: [Scene]
  private let predict: PredictStage
  private let classes: ClassList
  private let grades: [Double]

  /// Checks that every class has a grade.
  public init(
    _ declaration: StageDeclaration, in header: PipelineHeader, after earlier: EarlierStages
  ) throws {
    let settings = declaration.settings
    predict = try earlier.latest(PredictStage.self)
    scenes = predict.scenes
    classes = header.classes
    grades = settings.optionalNumbers("grades") ?? (0..<classes.count).map { Double($0) }
    guard grades.count == classes.count else {
      throw settings.error(
        "'grades' takes one number for each of the \(classes.count) classes, found \(grades.count)",
        at: "grades")
    }
    guard Set(grades).count > 1 else {
      throw settings.error("'grades' takes at least two different numbers", at: "grades")
    }
  }

  /// One raster.
  public func outputs(_ scene: Scene?) -> [String] {
    scene.map { [ExpectedStage.file($0)] } ?? []
  }

  /// Writes one scene.
  public func run(_ scene: Scene?, in run: Run) throws {
    guard let scene else { return }
    let raster = try Raster(path: predict.probabilities(scene, in: run))
    var metadata = run.metadata(dates: try predict.align.aligned(scene, in: run).dates)
    metadata["RSPIPE_MODEL"] = Digest.of(try predict.model(in: run).encoded())
    metadata["RSPIPE_GRADES"] = grades.map { "\($0)" }.joined(separator: ", ")
    let name = ExpectedStage.file(scene)
    let writer = try RasterWriter(
      path: run.outputPath(name),
      description: RasterDescription(
        grid: raster.grid, type: .float32, bands: ["expected severity"], metadata: metadata,
        style: style))
    let windows = raster.grid.windows(side: 512)
    for (done, window) in windows.enumerated() {
      let planes = try raster.read(window, bands: Array(1...classes.count))
      try writer.write(
        window, band: 1, ExpectedStage.expected(planes, count: window.pixelCount, grades: grades))
      try run.advance(done + 1, of: windows.count)
    }
    try writer.finish()
    try run.recordOutput(name)
  }

  /// The expected grade of each pixel.
  ///
  /// - Parameters:
  ///   - probabilities: Class after class of `count` pixels, NaN where not observed.
  ///   - count: Pixels.
  ///   - grades: The grade of each class.
  static func expected(_ probabilities: [Float], count: Int, grades: [Double]) -> [Float] {
    (0..<count).map { pixel in
      Float(
        grades.enumerated().reduce(0.0) {
          $0 + $1.element * Double(probabilities[$1.offset * count + pixel])
        })
    }
  }

  /// A ramp through the colours of the classes, at their grades.
  private var style: String {
    var stops: [StyleQML.Stop] = []
    for (grade, item) in zip(grades, classes.items)
    where !stops.contains(where: { $0.value == grade }) {
      stops.append(StyleQML.Stop(value: grade, colour: item.colour, label: item.name))
    }
    return StyleQML.ramp(stops.sorted { $0.value < $1.value })
  }

  private static func file(_ scene: Scene) -> String { "\(scene.name)_severity.tif" }
}
