import TestSupport
import Testing

@testable import Engine

@Suite struct SafeTensorsTestSupportTests {
  private func read(_ text: String) throws -> JSONValue {
    try JSONReader.read(Array(text.utf8), source: "a.json")
  }

  @Test func accessorsReachIntoADocument() throws {
    let value = try read(
      #"{"a":[1,2],"b":{"c":"x","d":null},"e":[0.5,null],"f":true,"g":["y"],"h":[[1],[2,3]]}"#)
    #expect(value["a"]?.ints == [1, 2])
    #expect(value["a"]?.doubles == [1, 2])
    #expect(value["a"]?[1]?.int == 2)
    #expect(value["b"]?["c"]?.string == "x")
    #expect(value["b"]?["d"]?.isNull == true)
    #expect(value["e"]?.optionalDoubles == [0.5, nil])
    #expect(value["f"]?.bool == true)
    #expect(value["g"]?.strings == ["y"])
    #expect(value["h"]?.all(\.ints) == [[1], [2, 3]])
    #expect(value.keys == ["a", "b", "e", "f", "g", "h"])
  }

  @Test func whatIsAbsentOrOfAnotherKindIsNil() throws {
    let value = try read(#"{"a":[1,"x",0.5],"b":null}"#)
    #expect(value["z"] == nil)
    #expect(value["z"]?.isNull == nil)
    #expect(value["b"]?.double == nil)
    #expect(value["a"]?.doubles == nil)
    #expect(value["a"]?.optionalDoubles == nil)
    #expect(value["a"]?[3] == nil)
    #expect(value["a"]?[2]?.int == nil)
    #expect(value["a"]?["b"] == nil)
    #expect(value.array == nil)
  }

  @Test func theTallyNamesWhatWasNotCompared() {
    var tally = ReferenceTally("losses")
    #expect(tally.description == "losses: 0 compared")
    tally.compared(3)
    tally.notBuiltYet("bag")
    tally.notBuiltYet("bag")
    let isThere = tally.finds("no.safetensors", in: ReferenceFolder())
    #expect(!isThere)
    #expect(
      tally.description
        == "losses: 3 compared; 1 not in this folder: no.safetensors; 1 not built yet: bag")
  }

  @Test func differencesNeverHideWhatIsNotFinite() {
    #expect(maxAbsDifference([1, 2, 3], [1, 2.5, 2]) == 1)
    #expect(maxAbsDifference([Float](), []) == 0)
    #expect(maxAbsDifference([1, .nan], [1, .nan]) == 0)
    #expect(maxAbsDifference([1, .infinity], [1, .infinity]) == 0)
    #expect(maxAbsDifference([1, .nan], [1, 2]) == .infinity)
    #expect(maxAbsDifference([1, .infinity], [1, 2]) == .infinity)
    #expect(maxAbsDifference([1, 2], [1]) == .infinity)
    #expect(maxAbs([1, -3, 2]) == 3)
  }
}
