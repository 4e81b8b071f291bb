import Foundation
import Testing

@testable import Pipelines

struct FileDigestsTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Longer ago than the clock of any file system ticks.
  private func wait() { Thread.sleep(forTimeInterval: 0.06) }

  @Test("Content is read again only if size, time, place or inode changed")
  func cached() throws {
    var digests = FileDigests()
    let path = folder.file("a")
    try folder.write("abc", as: "a")
    wait()
    let first = try digests.digest(of: path)
    #expect(first == Digest.of(Array("abc".utf8)))
    #expect(try digests.digest(of: path) == first)
    #expect(digests.readCount == 1)
    // what is known is kept in the journal
    var copy = try JSONDecoder().decode(FileDigests.self, from: JSONEncoder().encode(digests))
    #expect(try copy.digest(of: path) == first)
    #expect(copy.readCount == 0)
    // the same bytes at another time
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
    wait()
    #expect(try digests.digest(of: path) == first)
    #expect(digests.readCount == 2)
    // other bytes of the same size, dated back: the change of the inode tells
    try folder.write("abd", as: "a")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
    #expect(try digests.digest(of: path) == Digest.of(Array("abd".utf8)))
    #expect(digests.readCount == 3)
  }

  @Test("A file that was changed just now is not trusted to stay as it is")
  func fresh() throws {
    var digests = FileDigests()
    try folder.write("abc", as: "a")
    _ = try digests.digest(of: folder.file("a"))
    _ = try digests.digest(of: folder.file("a"))
    #expect(digests.readCount == 2)
  }

  @Test("Files that no pipeline asks for any more are forgotten")
  func pruned() throws {
    var digests = FileDigests()
    try folder.write("abc", as: "a")
    wait()
    _ = try digests.digest(of: folder.file("a"))
    var later = try JSONDecoder().decode(FileDigests.self, from: JSONEncoder().encode(digests))
    later.prune()
    #expect(later == FileDigests())
  }
}

struct InputContentTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func digest(_ name: String) throws -> String {
    var digests = FileDigests()
    return try InputContent.digest(of: folder.file(name), using: &digests, check: {})
  }

  @Test("A mask or header beside a raster belongs to it")
  func companions() throws {
    try folder.write("raster", as: "a.tif")
    var known: Set<String> = [try digest("a.tif")]
    for name in ["a.tif.msk", "a.tfw", "a.hdr"] {
      try folder.write("x", as: name)
      #expect(known.insert(try digest("a.tif")).inserted, "\(name)")
    }
    try folder.write("overviews", as: "a.tif.ovr")
    #expect(!known.insert(try digest("a.tif")).inserted)
  }

  @Test("A virtual raster is as new as the files that it refers to")
  func virtual() throws {
    try folder.write("one", as: "a & b.tif")
    try folder.write(
      "<VRTDataset><SourceFilename relativeToVRT=\"1\">a &amp; b.tif</SourceFilename></VRTDataset>",
      as: "a.vrt")
    let first = try digest("a.vrt")
    #expect(try digest("a.vrt") == first)
    try folder.write("two", as: "a & b.tif")
    #expect(try digest("a.vrt") != first)
  }

  @Test("An archive stands for what is in it, a folder for its files")
  func containers() throws {
    try folder.write("zip", as: "a.zip")
    var digests = FileDigests()
    func inside() throws -> String {
      try InputContent.digest(
        of: "/vsizip/\(folder.file("a.zip"))/b/c.tif", using: &digests, check: {})
    }
    let first = try inside()
    try folder.write("zap", as: "a.zip")
    #expect(try inside() != first)
    try folder.makeFolder("s")
    let empty = try digest("s")
    try folder.write("x", as: "s/x")
    #expect(try digest("s") != empty)
    #expect(
      try InputContent.digest(of: "/vsicurl/http://x/y.tif", using: &digests, check: {})
        == "not a file: /vsicurl/http://x/y.tif")
  }
}

struct SidecarContentTests {
  @Test("Statistics and histograms say nothing, everything else does")
  func content() {
    let statistics = """
      <PAMDataset>
        <PAMRasterBand band="1">
          <Histograms><HistItem><HistMin>0</HistMin></HistItem></Histograms>
          <Metadata>
            <MDI key="STATISTICS_MAXIMUM">1</MDI>
            <MDI key="STATISTICS_MEAN">0.5</MDI>
          </Metadata>
        </PAMRasterBand>
      </PAMDataset>
      """
    #expect(SidecarContent.text(of: statistics[...]) == nil)
    let nodata = statistics.replacing(
      "<Metadata>", with: "<NoDataValue>0</NoDataValue>\n<Metadata>")
    #expect(
      SidecarContent.text(of: nodata[...])
        == "<PAMDataset><PAMRasterBand band=\"1\"><NoDataValue>0</NoDataValue></PAMRasterBand>"
        + "</PAMDataset>")
    #expect(SidecarContent.text(of: "<PAMDataset/>") == nil)
  }
}
