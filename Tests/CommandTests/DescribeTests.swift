import Configuration
import Pipelines
import Testing

@testable import rspipe

@Suite("rspipe describe")
struct DescribeTests {
  @Test("without a name every component is listed under its family")
  func list() {
    let run = CommandLineRun(["describe"])
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n").map(String.init)
    var family = ""
    var listed: Set<String> = []
    for line in lines {
      if !line.hasPrefix(" ") { family = line }
      if line.hasPrefix("  "), let name = line.split(separator: " ").first {
        listed.insert(family + String(name))
      }
    }
    for component in Catalogue.standard.components {
      #expect(listed.contains("\(component.family):\(component.name)"), "\(component.name)")
    }
  }

  @Test(
    "each component's page is printed", arguments: Set(Catalogue.standard.components.map(\.name)))
  func page(_ name: String) {
    let run = CommandLineRun(["describe", name])
    #expect(run.status == 0 && run.errors == "")
    for component in Catalogue.standard.components where component.name == name {
      #expect(run.output.contains(component.documentation))
    }
  }

  @Test("an unknown name ends with status 2 and the nearest")
  func unknown() {
    #expect(
      CommandLineRun(["describe", "dicee"])
        == CommandLineRun(
          status: 2, output: "",
          errors: "rspipe: nothing is called 'dicee'. Did you mean 'dice'? See 'rspipe describe'\n")
    )
  }
}
