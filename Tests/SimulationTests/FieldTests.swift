import Testing

@testable import Simulation

@Suite struct FieldTests {
  @Test func ranksAreTheSharesBelow() {
    let field = Field(width: 100, height: 10) { x, y in Float((x * 37 + y * 11) % 1000) }
    let ranked = field.ranked()
    let above = ranked.values.filter { $0 > 0.9 }.count
    // The histogram has 4096 bins for 1000 values.
    #expect(abs(above - field.values.count / 10) < 15)
  }

  @Test func theRankOfAConstantIsOneHalf() {
    #expect(
      Field(width: 4, height: 4, repeating: 7).ranked().values == [Float](repeating: 0.5, count: 16)
    )
  }

  @Test func theBoxMeanEqualsTheMeanOfThePixelsInReach() {
    let field = Field(width: 9, height: 7) { x, y in Float((x * x + 3 * y) % 11) }
    let mean = field.boxMean(radius: 2)
    for y in 0..<7 {
      for x in 0..<9 {
        var (sum, count) = (Float(0), Float(0))
        for v in max(y - 2, 0)...min(y + 2, 6) {
          for u in max(x - 2, 0)...min(x + 2, 8) {
            (sum, count) = (sum + field[v * 9 + u], count + 1)
          }
        }
        // A few roundings of numbers below 11.
        #expect(abs(mean[y * 9 + x] - sum / count) < 1e-4)
      }
    }
  }
}
