import Testing

@testable import Accuracy

@Suite struct BoundaryIoUTests {
  /// The same by its definition: every pixel looks at its whole neighbourhood.
  private func naive(
    _ reference: [UInt8], _ predicted: [UInt8], width: Int, classes: Int, distance: Int, edge: Bool
  ) -> [Double?] {
    let height = reference.count / width
    func isIgnored(_ pixel: Int) -> Bool { reference[pixel] == 255 || predicted[pixel] == 255 }
    func band(_ values: [UInt8], _ k: Int) -> Set<Int> {
      Set(
        values.indices.filter { pixel in
          guard values[pixel] == k, !isIgnored(pixel) else { return false }
          for dy in -distance...distance {
            for dx in -distance...distance {
              let (y, x) = (pixel / width + dy, pixel % width + dx)
              guard (0..<height).contains(y), (0..<width).contains(x) else {
                if edge { return true }
                continue
              }
              let near = y * width + x
              if !isIgnored(near) && values[near] != k { return true }
            }
          }
          return false
        })
    }
    return (0..<classes).map { k in
      let (a, b) = (band(reference, k), band(predicted, k))
      return ratio(a.intersection(b).count, a.union(b).count)
    }
  }

  @Test(arguments: [1, 2, 5], [true, false])
  func bandsAreThoseOfTheDefinition(distance: Int, edge: Bool) throws {
    // blobs: classes of coarse cells, the map moved by two pixels, some pixels ignored
    let (width, height) = (23, 17)
    let reference = (0..<width * height).map { pixel -> UInt8 in
      pixel % 41 == 7 ? 255 : UInt8(((pixel % width) / 7 + (pixel / width) / 6 * 2) % 3)
    }
    let predicted = (0..<width * height).map { pixel -> UInt8 in
      pixel % 53 == 3
        ? 255 : UInt8(((pixel % width + 2) / 7 + (pixel / width + 1) / 6 * 2) % 3)
    }
    var scores = BoundaryIoU(classCount: 3, distance: distance, edgeIsBoundary: edge)
    try scores.add(reference: reference, predicted: predicted, width: width)
    let expected = naive(
      reference, predicted, width: width, classes: 3, distance: distance, edge: edge)
    #expect(scores.classScores == expected)
    #expect(expected.allSatisfy { $0.map { $0 > 0 && $0 < 1 } ?? false })
    #expect(scores.score(.boundaryIoU) == mean(expected))
  }

  /// A square of 6 x 6 in 10 x 10, moved by one column: of its ring of 20 pixels 10 stay.
  @Test func aBoundaryThatMovedCountsMoreThanItsInterior() throws {
    func square(_ column: Int) -> [UInt8] {
      (0..<100).map {
        (2..<8).contains($0 / 10) && (column..<column + 6).contains($0 % 10) ? 1 : 0
      }
    }
    var scores = BoundaryIoU(classCount: 2, distance: 1, edgeIsBoundary: false)
    try scores.add(reference: square(2), predicted: square(3), width: 10)
    #expect(scores.classScores[1] == 10.0 / 30)
    var matrix = ConfusionMatrix(classCount: 2)
    try matrix.add(reference: square(2), predicted: square(3))
    #expect(matrix.classScores(.iou)[1] == 30.0 / 42)
  }

  @Test func theEdgeOfAnImageIsABoundaryOnlyIfAsked() throws {
    for (edge, expected) in [(true, 1.0), (false, nil)] {
      var scores = BoundaryIoU(classCount: 1, distance: 1, edgeIsBoundary: edge)
      try scores.add(
        reference: Array(repeating: 0, count: 12), predicted: Array(repeating: 0, count: 12),
        width: 4)
      #expect(scores.classScores == [expected])
    }
  }

  @Test func imagesMergeToTheWhole() throws {
    let images: [[UInt8]] = [[0, 0, 1, 1, 0, 1], [1, 1, 0, 1, 255, 0]]
    var whole = BoundaryIoU(classCount: 2, distance: 1)
    var merged = whole
    for image in images {
      try whole.add(reference: image, predicted: images[0], width: 3)
      var part = BoundaryIoU(classCount: 2, distance: 1)
      try part.add(reference: image, predicted: images[0], width: 3)
      merged.merge(part)
    }
    #expect(merged == whole)
    #expect(whole.classScores != [nil, nil])
  }

  @Test func aValueBeyondTheClassesIsRefusedAndNothingCounted() {
    var scores = BoundaryIoU(classCount: 2, distance: 1)
    let error = #expect(throws: AccuracyError.self) {
      try scores.add(reference: [0, 1], predicted: [0, 3], width: 2)
    }
    #expect(error == .unknownClass(.predicted, value: 3, pixel: 1, classCount: 2))
    #expect(scores == BoundaryIoU(classCount: 2, distance: 1))
  }

  @Test func thePublishedWidthIsAShareOfTheDiagonal() {
    #expect(BoundaryIoU.distance(width: 300, height: 400) == 10)
    #expect(BoundaryIoU.distance(width: 10, height: 10) == 1)
  }
}
