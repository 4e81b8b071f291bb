import Testing

@testable import Accuracy

@Suite struct ConfusionMatrixTests {
  @Test func pixelsAreCountedByReferenceAndPrediction() throws {
    var matrix = ConfusionMatrix(classCount: 3)
    let counted = try matrix.add(reference: [0, 0, 1, 2, 2], predicted: [0, 1, 1, 0, 0])
    #expect(counted == 5)
    #expect(matrix.counts == [[1, 1, 0], [0, 1, 0], [2, 0, 0]])
    #expect(matrix[reference: 2, predicted: 0] == 2)
    #expect(matrix.total == 5)
    #expect(matrix.correctTotal == 2)
    #expect((0..<3).map(matrix.referenceCount) == [2, 1, 2])
    #expect((0..<3).map(matrix.predictedCount) == [3, 2, 0])
    #expect((0..<3).map(matrix.correctCount) == [1, 1, 0])
  }

  @Test func theIgnoredValueCountsInNeitherRaster() throws {
    var matrix = ConfusionMatrix(classCount: 2)
    let counted = try matrix.add(reference: [255, 0, 1, 255], predicted: [0, 255, 1, 255])
    #expect(counted == 1)
    #expect(matrix.counts == [[0, 0], [0, 1]])
  }

  @Test func aClassCanBeTheIgnoredValueOrNone() throws {
    var matrix = ConfusionMatrix(classCount: 2)
    try matrix.add(reference: [0, 1], predicted: [1, 1], ignoring: 0)
    #expect(matrix.counts == [[0, 0], [0, 1]])
    try matrix.add(reference: [0, 1], predicted: [1, 1], ignoring: nil)
    #expect(matrix.counts == [[0, 1], [0, 2]])
  }

  @Test func aValueBeyondTheClassesIsRefusedAndNothingCounted() {
    var matrix = ConfusionMatrix(classCount: 2)
    let reference = #expect(throws: AccuracyError.self) {
      try matrix.add(reference: [0, 2], predicted: [0, 0])
    }
    #expect(
      reference?.description == "reference class 2 at pixel 1: expected 0 to 1 or the ignored "
        + "value; map the values to classes first")
    let predicted = #expect(throws: AccuracyError.self) {
      try matrix.add(reference: [0, 0, 1], predicted: [0, 0, 255], ignoring: nil)
    }
    #expect(
      predicted?.description == "predicted class 255 at pixel 2: expected 0 to 1 or the ignored "
        + "value; map the values to classes first")
    #expect(matrix.total == 0)
  }

  @Test func matricesOfPartsMergeToThatOfTheWhole() throws {
    let reference: [UInt8] = [0, 1, 2, 2, 255, 1, 0]
    let predicted: [UInt8] = [0, 2, 2, 1, 1, 1, 2]
    var whole = ConfusionMatrix(classCount: 3)
    try whole.add(reference: reference, predicted: predicted)
    var first = ConfusionMatrix(classCount: 3)
    try first.add(reference: Array(reference[..<3]), predicted: Array(predicted[..<3]))
    var second = ConfusionMatrix(classCount: 3)
    try second.add(reference: Array(reference[3...]), predicted: Array(predicted[3...]))
    first.merge(second)
    #expect(first == whole)
    #expect(ConfusionMatrix(counts: whole.counts) == whole)
  }

  @Test func all256ClassesCanBeCounted() throws {
    var matrix = ConfusionMatrix(classCount: 256)
    try matrix.add(reference: [255, 0], predicted: [255, 0], ignoring: nil)
    #expect(matrix[reference: 255, predicted: 255] == 1)
  }
}
