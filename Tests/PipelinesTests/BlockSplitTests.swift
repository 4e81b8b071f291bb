import Testing

@testable import Pipelines

struct BlockSplitTests {
  /// A split of a grid whose blocks hold 100 pixels of class 0, and every third 7 of class 1 too.
  private func split(
    width: Int, height: Int, side: Int = 16, buffer: Int = 0, validation: Double = 0.2,
    test: Double = 0.2, seed: UInt64 = 1
  ) throws -> BlockSplit {
    let grid = try TestGrid(width: width, height: height).grid()
    return BlockSplit(
      grid: grid, side: side, buffer: buffer, validation: validation, test: test,
      counts: grid.windows(side: side).indices.map { [100, $0.isMultiple(of: 3) ? 7 : 0] },
      seed: seed)
  }

  @Test(
    "The blocks of all uses cover the grid once",
    arguments: [(160, 160), (50, 1), (1, 77), (33, 97)])
  func cover(_ width: Int, _ height: Int) throws {
    let split = try split(width: width, height: height)
    var seen = [Int](repeating: 0, count: width * height)
    for use in [BlockUse.train, .validate, .test] {
      for block in split.blocks(use) {
        for y in block.y..<block.endY {
          for x in block.x..<block.endX {
            seen[y * width + x] += 1
            #expect(split.use(x: x, y: y) == use)
          }
        }
      }
    }
    #expect(seen.allSatisfy { $0 == 1 })
  }

  @Test("Blocks with the rare class and those without are shared out alike")
  func shares() throws {
    // 100 blocks, 34 of them with the rare class
    let split = try split(width: 160, height: 160, validation: 0.2, test: 0.3)
    let rare = (0..<100).filter { $0.isMultiple(of: 3) }
    let common = (0..<100).filter { !$0.isMultiple(of: 3) }
    func count(_ blocks: [Int], _ use: BlockUse) -> Int { blocks.count { split.uses[$0] == use } }
    #expect(count(rare, .validate) == 7 && count(rare, .test) == 10 && count(rare, .train) == 17)
    #expect(
      count(common, .validate) == 13 && count(common, .test) == 20 && count(common, .train) == 33)
  }

  @Test("Blocks without labels are left to training, where they cost nothing")
  func unlabelled() throws {
    let grid = try TestGrid(width: 64, height: 16).grid()
    let split = BlockSplit(
      grid: grid, side: 16, buffer: 0, validation: 0.5, test: 0.4,
      counts: [[0, 0], [0, 0], [0, 0], [0, 0]], seed: 1)
    #expect(split.uses == [.train, .train, .train, .train])
  }

  @Test("The seed decides the draw")
  func seeds() throws {
    let first = try split(width: 160, height: 160)
    #expect(try split(width: 160, height: 160) == first)
    #expect(try split(width: 160, height: 160, seed: 2) != first)
    #expect(try jsonDecoded(BlockSplit.self, jsonEncoded(first)) == first)
  }

  @Test(
    "No training pixel lies within the buffer of a block of another use",
    arguments: [
      // whole blocks; and last blocks that are narrower than the buffer
      (96, 64, 16, 7), (98, 67, 16, 7), (49, 35, 16, 4), (130, 1, 16, 6), (2, 90, 16, 7),
    ])
  func buffer(_ width: Int, _ height: Int, _ side: Int, _ buffer: Int) throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      let split = try split(
        width: width, height: height, side: side, buffer: buffer, validation: 0.3, seed: seed)
      var (training, wrong) = (0, 0)
      for y in 0..<height {
        for x in 0..<width {
          let isFar = (max(0, y - buffer)...min(height - 1, y + buffer)).allSatisfy { nearY in
            (max(0, x - buffer)...min(width - 1, x + buffer)).allSatisfy { nearX in
              split.use(x: nearX, y: nearY) == .train
            }
          }
          wrong += split.trains(x: x, y: y) == isFar ? 0 : 1
          training += isFar ? 1 : 0
        }
      }
      #expect(wrong == 0, "seed \(seed)")
      #expect(training > 0 && training < width * height)
    }
  }

  @Test("All blocks can be for one use, without a buffer")
  func allForOne() throws {
    let grid = try TestGrid(width: 40, height: 20).grid()
    let split = BlockSplit(grid: grid, side: 16, allFor: .validate)
    #expect(split.blocks(.validate).count == 6 && split.blocks(.train).isEmpty)
    #expect(!split.trains(x: 3, y: 3))
  }
}
