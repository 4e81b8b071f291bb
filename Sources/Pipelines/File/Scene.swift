import Configuration
import Rasters

/// What a scene is for.
public enum SceneRole: String, CaseIterable, Sendable {
  /// Its labels train; unless another scene validates, some of its blocks are kept for that.
  case train
  /// Its labels choose the best weights.
  case validate
  /// It is mapped.
  case map
}

/// A raster file of a scene and how its numbers are to be read.
public struct SceneRaster: Sendable, Equatable {
  /// The path, resolved.
  public let path: String
  /// Names for the file's bands, in the file's order; empty: the file's own.
  public let bands: [String]
  /// Factors that turn numbers into reflectance: one for all bands, or one for each band of the
  /// file; empty: the file's own.
  public let scale: [Double]
  /// Terms added after the factors, likewise.
  public let offset: [Double]
  /// The value that is not observed, where the file doesn't say.
  public let nodata: Double?
  /// The day of acquisition, `YYYY-MM-DD`, where the file doesn't say.
  public let date: String?

  /// The keys of a raster in a pipeline file.
  static let settings = [
    Setting("path", .path, isRequired: true, "File, or anything that GDAL opens."),
    Setting(
      "bands", .list(.text, count: 1...1000),
      "Names of the file's bands in the file's order, where it has none."),
    Setting(
      "scale", .list(.number(-1e12...1e12), count: 1...1000),
      "Factor that turns numbers into reflectance, for all bands or each; overrides the file's."),
    Setting(
      "offset", .list(.number(-1e12...1e12), count: 1...1000),
      "Term added after the factor, for all bands or each; overrides the file's."),
    Setting(
      "nodata", .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude),
      "Value that means not observed; overrides the file's."),
    Setting("date", .text, "Day of acquisition as YYYY-MM-DD; overrides the file's."),
  ]

  /// The keys of labels, whose numbers are codes.
  static let labelSettings = settings.filter { ["path", "nodata"].contains($0.key) }

  /// A file with nothing overridden, or its value that is not observed.
  public init(path: String, nodata: Double? = nil) {
    self.path = path
    self.nodata = nodata
    (bands, scale, offset, date) = ([], [], [], nil)
  }

  init(_ settings: Settings) throws {
    path = settings.text("path")
    bands = settings.texts("bands")
    scale = settings.optionalNumbers("scale") ?? []
    offset = settings.optionalNumbers("offset") ?? []
    nodata = settings.optionalNumber("nodata")
    date = settings.optionalText("date")
    if let date, Raster.day(date) != date {
      throw settings.error("'date' takes a day as YYYY-MM-DD, found '\(date)'", at: "date")
    }
    for key in ["scale", "offset"] {
      let count = settings.optionalNumbers(key)?.count ?? 1
      guard count == 1 || bands.isEmpty || count == bands.count else {
        throw settings.error(
          "'\(key)' takes one number or one for each of the \(bands.count) bands, found \(count)",
          at: key)
      }
    }
  }
}

/// Rasters of one place: named images and, where known, the truth.
public struct Scene: Sendable, Equatable {
  /// The name that results start with.
  public let name: String
  /// What it is for.
  public let roles: Set<SceneRole>
  /// The images by name: `pre`, `post`.
  public let rasters: [String: SceneRaster]
  /// Labels to learn from or to compare with.
  public let label: SceneRaster?

  /// Makes a scene.
  public init(
    name: String, roles: Set<SceneRole>, rasters: [String: SceneRaster], label: SceneRaster?
  ) {
    self.name = name
    self.roles = roles
    self.rasters = rasters
    self.label = label
  }

  /// The keys of a scene whose stages ask for these images.
  static func settings(rasters: [String]) -> [Setting] {
    [
      Setting("name", .text, isRequired: true, "Name that results start with."),
      Setting(
        "role", .list(.choice(SceneRole.allCases.map(\.rawValue)), count: 1...3), default: "map",
        "What the scene is for: train, validate, map, or several of them."),
    ]
      + rasters.map {
        Setting(
          $0, .shorthand(key: "path", SceneRaster.settings), isRequired: true,
          "The image '\($0)': a path, or a mapping with its bands, scale, offset, nodata and date.")
      } + [
        Setting(
          "label", .shorthand(key: "path", SceneRaster.labelSettings),
          "Raster of the classes on the ground, to learn from or to compare with; a vector file for "
            + "the stage 'labels'.")
      ]
  }

  init(_ settings: Settings, rasters names: [String], needsLabel: Bool = true) throws {
    name = settings.text("name")
    let allowed = name.unicodeScalars.allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0)
    }
    guard allowed, !name.hasPrefix(".") else {
      throw settings.error(
        "the name '\(name)' begins file names: use letters, digits, '-', '_' and '.'", at: "name")
    }
    roles = Set(settings.texts("role").compactMap(SceneRole.init))
    var rasters: [String: SceneRaster] = [:]
    for name in names {
      rasters[name] = try settings.optionalGroup(name).map(SceneRaster.init)
    }
    self.rasters = rasters
    label = settings.optionalGroup("label").map {
      SceneRaster(path: $0.text("path"), nodata: $0.optionalNumber("nodata"))
    }
    if needsLabel, label == nil,
      let role = [SceneRole.train, .validate].first(where: roles.contains)
    {
      throw settings.error(
        "scene '\(name)' is to \(role.rawValue) but has no 'label'", at: "role")
    }
  }
}
