import Configuration

extension AlignStage {
  /// The images that a stage's keys `before` and `after` name; by default the first one and the one
  /// that gives the grid.
  func comparedImages(_ settings: Settings) throws -> (before: String, after: String) {
    let images = try [("before", rasters[0]), ("after", gridImage)].map { key, fallback in
      let image = settings.optionalText(key) ?? fallback
      guard rasters.contains(image) else {
        throw settings.error(
          "'\(key)' takes one of the images \(rasters.joined(separator: ", ")), found '\(image)'",
          at: key)
      }
      return image
    }
    return (images[0], images[1])
  }
}
