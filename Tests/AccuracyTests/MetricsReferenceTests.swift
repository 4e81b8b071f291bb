import Engine
import TestSupport
import Testing

@testable import Accuracy

/// Compares every case of `metrics.json`; sections and keys are taken from the file, so a new one
/// is compared if a metric has its name and named as not built yet if none has.
@Suite struct MetricsReferenceTests {
  @Test func everySectionAgreesWithTheReference() throws {
    var check = MetricsCheck()
    for (section, content) in try ReferenceFolder().json("metrics").members {
      switch section {
      case "orientation": continue
      case "confusion": try check.confusion(content)
      case "semantic_change": try check.semanticChange(content)
      case "accumulate": try check.accumulate(content)
      case "fine_grained": try check.fineGrained(content)
      case "calibration": try check.calibration(content)
      default: check.tally.notBuiltYet(section)
      }
    }
    #expect(check.tally.comparedCount > 0)
    print(check.tally)
  }
}

/// The comparison of one section after the other.
///
/// Counts go in as integers and scores come out as doubles, so only the order of a few sums
/// differs: 1e-12.
private struct MetricsCheck {
  var tally = ReferenceTally("metrics")

  mutating func confusion(_ section: JSONValue) throws {
    for row in try #require(section.array) {
      let name = try #require(row["name"]?.string)
      let matrix = ConfusionMatrix(counts: try #require(row["matrix"]?.all(\.ints)))
      for (key, expected) in row.members where !["name", "matrix"].contains(key) {
        guard let metric = Metric.named(key) else {
          tally.notBuiltYet("confusion/\(key)")
          continue
        }
        switch metric.rule {
        case .perClass:
          expect(
            matrix.classScores(metric), equal: try #require(expected.optionalDoubles),
            "\(name)/\(key)")
        default: expect(matrix.score(metric), equals: expected, "\(name)/\(key)")
        }
      }
    }
  }

  mutating func semanticChange(_ section: JSONValue) throws {
    for row in try #require(section.array) {
      let name = try #require(row["name"]?.string)
      let matrix = ConfusionMatrix(counts: try #require(row["matrix"]?.all(\.ints)))
      for (key, expected) in row.members where !["name", "matrix"].contains(key) {
        // there it is the mean of changed and unchanged, whatever the kind of change
        guard let metric = Metric.named(key == "miou" ? "miou_change" : key) else {
          tally.notBuiltYet("semantic_change/\(key)")
          continue
        }
        expect(matrix.score(metric), equals: expected, "\(name)/\(key)")
      }
    }
  }

  mutating func accumulate(_ section: JSONValue) throws {
    let ignored = UInt8(try #require(section["ignore_index"]?.int))
    let labels = try #require(section["label"]?.all(pixels))
    let predictions = try #require(section["pred"]?.all(pixels))
    let expected = try #require(section["confusion_per_image"]?.all { $0.all(\.ints) })
    try #require(labels.count == expected.count && predictions.count == expected.count)
    for (image, counts) in expected.enumerated() {
      var matrix = ConfusionMatrix(classCount: counts.count)
      try matrix.add(reference: labels[image], predicted: predictions[image], ignoring: ignored)
      #expect(matrix.counts == counts, "accumulate, image \(image)")
      tally.compared()
    }
  }

  mutating func fineGrained(_ section: JSONValue) throws {
    let rows = try #require(section.array)
    for row in rows {
      let name = try #require(row["name"]?.string)
      let source = row["same_matrices_as"]?.string ?? name
      let owner = try #require(rows.first { $0["name"]?.string == source })
      let matrices = try #require(owner["matrices"]?.all { $0.all(\.ints) })
      let scores = FineGrainedIoU(
        matrices.map(ConfusionMatrix.init(counts:)),
        worstPercent: try #require(row["q_percent"]?.double))
      for (key, expected) in row.members {
        let label = "\(name)/\(key)"
        switch key {
        case "name", "same_matrices_as", "matrices", "q_percent": continue
        case "iou_per_image_class":
          let images = try #require(expected.all(\.optionalDoubles))
          try #require(images.count == scores.imageClassScores.count)
          for (computed, image) in zip(scores.imageClassScores, images) {
            expect(computed, equal: image, label)
          }
        case "image_iou":
          expect(scores.imageScores, equal: try #require(expected.optionalDoubles), label)
        case "class_iou":
          expect(scores.classScores, equal: try #require(expected.optionalDoubles), label)
        default:
          guard let metric = Metric.named(key) else {
            tally.notBuiltYet("fine_grained/\(key)")
            continue
          }
          expect(scores.score(metric), equals: expected, label)
        }
      }
    }
  }

  /// Probabilities are read in single precision, which rounds to 6e-8 of the value: 1e-6.
  mutating func calibration(_ section: JSONValue) throws {
    let ignored = UInt8(try #require(section["ignore_index"]?.int))
    let rows = try #require(section["prob"]?.all(\.doubles))
    let labels = try #require(section["label"]?.ints).map { UInt8($0) }
    for result in try #require(section["results"]?.array) {
      var scores = Calibration(
        classCount: try #require(rows.first).count,
        binCount: try #require(result["bins"]?.int))
      try scores.add(
        probabilities: rows.flatMap { $0.map { Float($0) } }, reference: labels, ignoring: ignored)
      for (key, expected) in result.members where key != "bins" {
        let label = "calibration/\(scores.binCount) bins/\(key)"
        if key == "rows" {
          try expect(scores.bins, equal: try #require(expected.array), label)
        } else if let metric = Metric.named(key) {
          expect(scores.score(metric), equals: expected, tolerance: 1e-6, label)
        } else {
          tally.notBuiltYet("calibration/\(key)")
        }
      }
    }
  }

  private func pixels(_ image: JSONValue) -> [UInt8]? {
    image.all(\.ints).map { rows in rows.flatMap { $0.map { UInt8($0) } } }
  }

  private mutating func expect(
    _ bins: [Calibration.Bin], equal rows: [JSONValue], _ label: String
  ) throws {
    try #require(bins.count == rows.count, "\(label)")
    for (bin, row) in zip(bins, rows) {
      #expect(bin.index == row["bin"]?.int, "\(label)")
      #expect(bin.count == row["count"]?.int, "\(label)")
      expect(bin.accuracy, equals: try #require(row["accuracy"]), tolerance: 1e-6, label)
      expect(bin.confidence, equals: try #require(row["confidence"]), tolerance: 1e-6, label)
    }
  }

  private mutating func expect(_ scores: [Double?], equal expected: [Double?], _ label: String) {
    #expect(scores.count == expected.count, "\(label)")
    for (score, value) in zip(scores, expected) {
      expect(score, equals: value.map { .number($0) } ?? .null, label)
    }
  }

  private mutating func expect(
    _ score: Double?, equals expected: JSONValue, tolerance: Double = 1e-12, _ label: String
  ) {
    tally.compared()
    switch (score, expected) {
    case (nil, .null): break
    case (let score?, .number(let value)):
      #expect(abs(score - value) <= tolerance, "\(label): \(score), expected \(value)")
    default: Issue.record("\(label): \(String(describing: score)), expected \(expected)")
    }
  }
}
