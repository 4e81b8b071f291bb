import Testing

@testable import Pipelines

struct FileSystemTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test("A file is replaced at once and nothing is left beside it")
  func write() throws {
    try folder.write("old", as: "a.txt")
    try FileSystem.write(Array("new".utf8), to: folder.file("a.txt"))
    try FileSystem.write([], to: folder.file("empty"))
    #expect(try folder.text("a.txt") == "new")
    #expect(try folder.names() == ["a.txt", "empty"])
    #expect(try FileSystem.read(folder.file("a.txt")) == Array("new".utf8))
    #expect(try FileSystem.read(folder.file("empty")).isEmpty)
  }

  @Test("A file that cannot be written leaves nothing behind and is named")
  func cannotWrite() throws {
    try folder.makeFolder("taken/by/folder")
    #expect(
      folder.message { try FileSystem.write([1], to: folder.file("taken")) }
        == "taken: cannot replace: Is a directory")
    #expect(try folder.names() == ["taken"])
    #expect(
      folder.message { try FileSystem.write([1], to: folder.file("no/a")) }
        == "no/a: cannot write: No such file or directory")
  }

  @Test("A file longer than the limit is not read")
  func limit() throws {
    try folder.write("12345", as: "a")
    #expect(
      folder.message { _ = try FileSystem.read(folder.file("a"), limit: 4) }
        == "a: 5 bytes, at most 4 are read")
  }

  @Test("Folders are made with those above them; a file in the way is named")
  func makeDirectory() throws {
    try FileSystem.makeDirectory(folder.file("a/b/c/"))
    try FileSystem.makeDirectory(folder.file("a/b/c"))
    #expect(FileSystem.isDirectory(folder.file("a/b/c")))
    try folder.write("", as: "a/file")
    #expect(
      folder.message { try FileSystem.makeDirectory(folder.file("a/file/d")) }
        == "a/file: cannot make the folder: File exists")
  }

  @Test("Parts of paths")
  func parts() {
    #expect(FileSystem.directory("a/b.tif") == "a" && FileSystem.directory("b.tif") == "")
    #expect(FileSystem.directory("/b.tif") == "/")
    #expect(FileSystem.name("a/b.tif") == "b.tif" && FileSystem.name("b") == "b")
    #expect(FileSystem.stem("a/b.c.tif") == "b.c" && FileSystem.stem(".hidden") == ".hidden")
  }

  @Test("The same file has one canonical path, whether it exists or not")
  func canonical() throws {
    try folder.makeFolder("a/b")
    try folder.write("", as: "a/x")
    #expect(
      FileSystem.canonical(folder.file("a/b/../x")) == FileSystem.canonical(folder.file("a/./x")))
    #expect(
      FileSystem.canonical(folder.file("a/b/../new"))
        == FileSystem.canonical(folder.file("a/new")))
    #expect(
      FileSystem.canonical(folder.file("a/x")) != FileSystem.canonical(folder.file("a/new")))
  }
}
