import Foundation
import Testing

@testable import Pipelines

struct JournalTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func setTime(_ name: String, _ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: folder.file(name))
  }

  @Test("Only files that are as they were written are own")
  func own() throws {
    let path = folder.file("a")
    try folder.write("abc", as: "a")
    var journal = Journal()
    #expect(!journal.isOwn(path))
    try journal.record(path)
    #expect(journal.isOwn(path))
    // touched, but the same bytes
    try setTime("a", 1_000_000)
    #expect(journal.isOwn(path))
    // other bytes of the same length
    try folder.write("abd", as: "a")
    try setTime("a", 2_000_000)
    #expect(!journal.isOwn(path))
    try folder.write("abcd", as: "a")
    #expect(!journal.isOwn(path))
    try FileManager.default.removeItem(atPath: path)
    #expect(!journal.isOwn(path))
    #expect(
      folder.message { try journal.record(path) } == "a: was written but is gone")
  }

  @Test("A journal is read as it was saved; a missing one is empty; another file is refused")
  func saved() throws {
    #expect(try Journal(workDirectory: folder.path) == Journal())
    try folder.write("abc", as: "a")
    var journal = Journal()
    try journal.record(folder.file("a"))
    try journal.save(workDirectory: folder.path)
    #expect(try Journal(workDirectory: folder.path) == journal)
    try folder.write("[]", as: "journal.json")
    #expect(
      folder.message { _ = try Journal(workDirectory: folder.path) }
        == "journal.json: not a journal of this program; remove it or choose another --work")
  }
}
