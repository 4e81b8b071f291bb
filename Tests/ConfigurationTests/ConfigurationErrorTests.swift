import Configuration
import Testing
import YAML

@Suite("ConfigurationError")
struct ConfigurationErrorTests {
  @Test("An error of the YAML reader keeps its place")
  func readerError() throws {
    let error = try #require(throws: YAMLError.self) { try YAMLNode.parse(text: "a: 1\na: 2") }
    #expect(
      ConfigurationError(error, in: "pipelines/a.yaml").description
        == "pipelines/a.yaml:2:1: the key 'a' is already at line 1")
  }

  @Test("An error of the YAML reader without a place names the file")
  func readerErrorWithoutPlace() {
    let error = YAMLError("too long", at: nil)
    #expect(ConfigurationError(error, in: "a.yaml").description == "a.yaml: too long")
  }

  @Test("An error of --set names the option")
  func optionError() throws {
    let tree = try YAMLNode.parse(text: "train: {epochs: 1}")
    let error = try #require(throws: YAMLError.self) { try tree.applying("trian.epochs=5") }
    #expect(
      ConfigurationError(error, in: "a.yaml").description
        == "--set trian.epochs=5: the file has no 'trian'. Did you mean 'train'? It has: train")
  }

  @Test("An error about a key is at the key and one about a value at the value")
  func keyAndValue() throws {
    let entry = try #require(try YAMLNode.parse(text: "ab: 1").entries?.first)
    #expect(ConfigurationError("m", atKeyOf: entry, in: "f").description == "f:1:1: m")
    #expect(ConfigurationError("m", at: entry.value, in: "f").description == "f:1:5: m")
    #expect(ConfigurationError("m", at: nil, in: "f").description == "f: m")
    #expect(ConfigurationError("m", place: "--epochs").description == "--epochs: m")
  }
}
