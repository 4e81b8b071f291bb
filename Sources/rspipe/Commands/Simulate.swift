import Pipelines

/// `rspipe simulate`: makes scenes with fires whose truth is known.
struct SimulateCommand: Command {
  private static let seed = Option(
    "seed", takes: .integer("N", 0...Int.max), "Decides everything random; by default 1.")
  private static let size = Option(
    "size", takes: .integer("N", 32...8192),
    "Side of the simulated scene in pixels; by default 1024.")
  private static let image = Option(
    "into", takes: .text("IMAGE"),
    "Burn a fire into a real image of six bands (blue, green, red, nir, swir1, swir2) instead.")
  private static let elevation = Option(
    "elevation", takes: .text("DEM"), "Terrain of the real image, on any grid; by default flat.")
  private static let share = Option(
    "share", takes: .number("X"),
    "About how much of the real image burns, 0.001 to 0.5; by default 0.1.")

  static let syntax = Syntax(
    "simulate", "Makes scenes with fires whose truth is known exactly.",
    details: [
      "Writes PREFIX_pre.tif, PREFIX_post.tif (reflectance x 1000, six bands), PREFIX_truth.tif, "
        + "PREFIX_severity.tif and PREFIX_dem.tif; with --into, PREFIX_post.tif (in the image's "
        + "own numbers), PREFIX_truth.tif and PREFIX_severity.tif. The truth is 0 unburned, 1 "
        + "burned; severity 0 unburned, 1 low, 2 moderate, 3 high; both 255 where not labelled. "
        + "The same seed gives the same bytes."
    ],
    operands: [Operand("PREFIX", "Folder and beginning of the names of the files.")],
    options: [seed, size, image, elevation, share, .overwrite, .quiet],
    examples: [
      "simulate --seed 7 scenes/fires", "simulate --into L7.tif --elevation dem.tif scenes/fire",
    ])

  private let arguments: Arguments
  private let share: Double

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    share = arguments.number(SimulateCommand.share) ?? 0.1
    guard (0.001...0.5).contains(share) else {
      throw RunError(.usage, "--share takes a number from 0.001 to 0.5, found \(share)")
    }
  }

  func run(on terminal: Terminal) throws {
    let seed = UInt64(arguments.integer(SimulateCommand.seed) ?? 1)
    var files = SimulatedFiles(
      prefix: arguments.operand("PREFIX"), overwrites: arguments.has(.overwrite))
    if let image = arguments.text(SimulateCommand.image) {
      try files.burn(
        seed: seed, image: image, elevation: arguments.text(SimulateCommand.elevation),
        burnedShare: share)
    } else {
      try files.writeScene(seed: seed, side: arguments.integer(SimulateCommand.size) ?? 1024)
    }
    guard !arguments.has(.quiet) else { return }
    try terminal.print(files.written.map { "\($0)\n" }.joined())
  }
}
