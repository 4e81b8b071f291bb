import Foundation
import Testing

@testable import Pipelines

struct WorkFolderLockTests {
  @Test("One run at a time holds the lock, which says who does")
  func exclusive() throws {
    let folder = try TestFolder()
    do {
      let lock = try WorkFolderLock(workDirectory: folder.path)
      #expect(try folder.text("lock") == "\(getpid())\n")
      #expect(
        folder.message { _ = try WorkFolderLock(workDirectory: folder.file("")) }
          == ": another run (process \(getpid())) is at work here; wait for it, or choose another "
          + "folder by --work")
      _ = consume lock
    }
    _ = try WorkFolderLock(workDirectory: folder.path)
  }
}

struct PartialFilesTests {
  @Test(
    "The name of a temporary file tells what it is for and who writes it",
    arguments: [
      (".a.tif.partial-12", "a.tif", 12), (".a.partial-12-0ab.tif", "a", 12),
      (".a.partial-12ab34cd.tif", "a", nil), ("a.partial-1", nil, nil), (".partial-1", nil, nil),
    ] as [(String, String?, Int32?)])
  func owner(_ file: String, _ name: String?, _ process: Int32?) {
    let owner = PartialFiles.owner(of: file)
    #expect(owner?.name == name)
    #expect(owner?.process == process)
  }

  @Test("Only files of dead processes for own outputs go; in a locked folder all do")
  func sweep() throws {
    let folder = try TestFolder()
    // beyond what the kernel gives to processes
    let dead = 2_000_000_000
    let files = [
      ".a.tif.partial-\(dead)", ".a.partial-\(dead)-12.cog.tif", ".b.partial-\(dead)-12.tif",
      ".a.partial-\(getpid())-12.tif", "a.tif",
    ]
    for file in files { try folder.write("", as: file) }
    PartialFiles.sweep(folder.path, of: ["a.tif"])
    #expect(try Set(folder.names()) == Set(files[2...]))
    try folder.makeFolder("predict")
    try folder.write("", as: "predict/.x.partial-\(getpid())-1.tif")
    try folder.write("", as: "predict/x.tif")
    PartialFiles.sweep(folder.path, of: nil)
    #expect(try folder.names() == ["a.tif", "predict"])
    #expect(try folder.names("predict") == ["x.tif"])
  }
}
