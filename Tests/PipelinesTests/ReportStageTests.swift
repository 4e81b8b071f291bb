import Testing

@testable import Pipelines

struct ReportStageTests {
  @Test("The report is one file with pictures, areas, severity, scores and curves")
  func page() throws {
    let test = try TestPipeline()
    let stages = TestPipeline.allStages + "\n  - severity: {ndvi: -1}\n  - report"
    let summary = try test.run(try test.file(stages))
    let page = try test.folder.text("out/report.html")
    for part in [
      "<h3>Area</h3>", "<h3>Burn severity</h3>", "<h3>Agreement with labels</h3>", "<svg",
      "data:image/png;base64,", "the plain threshold", ">not observed</t", "@media print",
      "name=\"viewport\"",
    ] { #expect(page.contains(part), "\(part)") }
    // nothing is fetched from elsewhere
    for link in ["src=\"http", "href=\"http", "@import"] { #expect(!page.contains(link)) }
    let scene = try #require(summary.scenes.first)
    for item in scene.classes { #expect(page.contains("<td>\(item.pixels)</td>")) }
    #expect(summary.files.contains(test.folder.file("out/report.html")))
  }

  @Test("With weak labels no winner is named")
  func weakLabels() throws {
    let test = try TestPipeline()
    let stages =
      TestPipeline.allStages.replacing(
        "- indices", with: "- labels: {weak: {replace: true}}\n  - indices") + "\n  - report"
    try test.run(try test.file(stages))
    let page = try test.folder.text("out/report.html")
    #expect(page.contains("Agreement with weak labels"))
    #expect(!page.contains("the plain threshold"))
  }
}
