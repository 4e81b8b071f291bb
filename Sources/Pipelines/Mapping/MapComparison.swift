import Accuracy
import Rasters

/// Compares a map of classes with a reference raster, pixel by pixel.
///
/// The reference is brought onto the map's grid by the nearest pixel. Pixels that either raster
/// lacks are not scored, and counted apart.
public struct MapComparison {
  /// A class: what it is in either raster.
  public struct Item: Codable, Sendable, Equatable {
    /// The value in the map.
    public let value: Int
    /// The code in the reference.
    public let code: Int
    /// The name.
    public let name: String

    /// Describes a class.
    public init(value: Int, code: Int, name: String) {
      self.value = value
      self.code = code
      self.name = name
    }
  }

  private let map: Raster
  private let reference: AlignedSource
  private let classes: [Item]?
  private let ignore: Int

  /// Opens both rasters.
  ///
  /// - Parameters:
  ///   - map: The path of the map.
  ///   - reference: The path of the reference.
  ///   - classes: The classes; nil: those that the map carries, else the values found.
  ///   - ignore: The value that means "not known" in both, beside their nodata.
  /// - Throws: `RasterError` or `RunError` naming the file.
  public init(map: String, reference: String, classes: [Item]? = nil, ignore: Int = 255) throws {
    self.map = try MapComparison.open(map)
    self.reference = try AlignedSource(
      MapComparison.open(reference), on: self.map.grid, resampling: .nearest)
    self.classes = classes ?? MapComparison.classes(of: self.map)
    self.ignore = ignore
  }

  /// Compares all pixels.
  ///
  /// - Parameter progress: Told how many windows of how many are done.
  /// - Throws: `RunError` for a value that is no class, or if no pixel is in both rasters.
  public func run(progress: (Int, Int) -> Void = { _, _ in }) throws -> MapAgreement {
    var counts: [Pair: Int] = [:]
    var (notObserved, withoutReference) = (0, 0)
    let windows = map.grid.windows(side: 512)
    for (done, window) in windows.enumerated() {
      let mapped = try map.readClasses(window, band: 1)
      let labels = try reference.readClasses(window, band: 1)
      // neighbours are mostly alike: whole runs are counted at once
      var (last, run): (Pair?, Int) = (nil, 0)
      for (value, code) in zip(mapped, labels) {
        guard let code, Int(code) != ignore else {
          withoutReference += 1
          continue
        }
        guard let value, Int(value) != ignore else {
          notObserved += 1
          continue
        }
        let pair = Pair(value: Int(value), code: Int(code))
        if pair != last {
          if let last { counts[last, default: 0] += run }
          (last, run) = (pair, 0)
        }
        run += 1
      }
      if let last { counts[last, default: 0] += run }
      progress(done + 1, windows.count)
    }
    guard !counts.isEmpty else {
      throw RunError(
        .input, "\(map.path): no pixel has a class both here and in \(reference.raster.path)")
    }
    let classes = try self.classes ?? found(counts)
    return MapAgreement(
      map: map.path, reference: reference.raster.path, classes: classes,
      matrix: try matrix(counts, classes), notObservedPixels: notObserved,
      pixelsWithoutReference: withoutReference)
  }

  private struct Pair: Hashable {
    let value: Int
    let code: Int
  }

  private func matrix(_ counts: [Pair: Int], _ classes: [Item]) throws -> ConfusionMatrix {
    let values = MapComparison.positions(classes.map(\.value))
    let codes = MapComparison.positions(classes.map(\.code))
    var cells = [[Int]](
      repeating: Array(repeating: 0, count: classes.count), count: classes.count)
    for (pair, count) in counts.sorted(by: {
      ($0.key.value, $0.key.code) < ($1.key.value, $1.key.code)
    }) {
      guard let column = values[pair.value] else {
        throw unknown(pair.value, in: map.path, classes.map { "\($0.value) \($0.name)" })
      }
      guard let row = codes[pair.code] else {
        throw unknown(
          pair.code, in: reference.raster.path, classes.map { "\($0.code) \($0.name)" })
      }
      cells[row][column] += count
    }
    return ConfusionMatrix(counts: cells)
  }

  private func unknown(_ value: Int, in path: String, _ classes: [String]) -> RunError {
    RunError(
      .input,
      "\(path): the value \(value) is no class. Classes: \(classes.joined(separator: ", ")); "
        + "ignored: \(ignore). Name the classes by --classes, or set --ignore")
  }

  /// The classes are the values, where nothing says what they are.
  private func found(_ counts: [Pair: Int]) throws -> [Item] {
    let values = Set(counts.keys.flatMap { [$0.value, $0.code] }).sorted()
    guard values.count <= 256 else {
      throw RunError(
        .input,
        "\(map.path): \(values.count) values here and in \(reference.raster.path); "
          + "rasters of classes have at most 256")
    }
    return values.map { Item(value: $0, code: $0, name: "\($0)") }
  }

  /// The classes that a map carries: its attribute table, else its category names.
  private static func classes(of map: Raster) -> [Item]? {
    if let rows = map.attributeTable(band: 1), !rows.isEmpty {
      return rows.map { Item(value: $0.value, code: $0.code ?? $0.value, name: $0.name) }
    }
    return map.categoryNames(band: 1)?.enumerated().filter { !$1.isEmpty }
      .map { Item(value: $0, code: $0, name: $1) }
  }

  private static func positions(_ numbers: [Int]) -> [Int: Int] {
    Dictionary(numbers.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  private static func open(_ path: String) throws -> Raster {
    let raster = try Raster(path: path)
    let count = raster.bands.count { !$0.isAlpha }
    guard count == 1 else {
      throw RunError(.input, "\(path): has \(count) bands; a raster of classes has one")
    }
    return raster
  }
}

/// How well a map agrees with its reference.
public struct MapAgreement: Sendable {
  /// The path of the map.
  public let map: String
  /// The path of the reference.
  public let reference: String
  /// The classes, in the order of the matrix.
  public let classes: [MapComparison.Item]
  /// The pixels that are in both rasters.
  public let matrix: ConfusionMatrix
  /// Pixels with a reference that the map has no class for.
  public let notObservedPixels: Int
  /// Pixels without a reference.
  public let pixelsWithoutReference: Int
}
