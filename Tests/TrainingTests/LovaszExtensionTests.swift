import Testing

@testable import Training

struct LovaszExtensionTests {
  private func entries(_ pairs: [(Double, Double)]) -> [LovaszExtension.Entry] {
    pairs.enumerated().map { .init(error: $1.0, share: $1.1, index: $0) }
  }

  @Test func eachPixelCostsWhatItAddsToTheJaccardLoss() {
    // background 0.9, foreground 0.6, foreground 0.5: the loss goes 1 - 2/3, 1 - 1/3, 1 - 0/3
    var list = entries([(0.5, 1), (0.9, 0), (0.6, 1)])
    let gradient = LovaszExtension.jaccardGradient(&list)
    #expect(list.map(\.index) == [1, 2, 0])
    #expect(zip(gradient, [1.0 / 3, 1.0 / 3, 1.0 / 3]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test func pixelsWithEqualErrorsStayInOrder() {
    var list = entries((0..<100).map { (Double($0 % 2), Double($0 % 3 == 0 ? 1 : 0)) })
    _ = LovaszExtension.jaccardGradient(&list)
    #expect(
      list.map(\.index) == (0..<100).filter { $0 % 2 == 1 } + (0..<100).filter { $0 % 2 == 0 })
  }

  @Test func withoutForegroundTheLargestErrorCostsAll() {
    var list = entries([(0.2, 0), (0.7, 0)])
    #expect(LovaszExtension.jaccardGradient(&list) == [1, 0])
    #expect(list[0].index == 1)
  }

  @Test func anEmptyListCostsNothing() {
    var list: [LovaszExtension.Entry] = []
    #expect(LovaszExtension.jaccardGradient(&list).isEmpty)
  }
}
