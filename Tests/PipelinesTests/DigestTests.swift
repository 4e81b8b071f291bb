import Testing

@testable import Pipelines

struct DigestTests {
  @Test(
    "The examples of FIPS 180-4",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        String(repeating: "a", count: 1_000_000),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
      ),
    ])
  func standard(_ text: String, _ digest: String) {
    #expect(Digest.of(text.utf8) == digest)
  }

  @Test("Bytes in parts have the digest of the whole, also around the ends of blocks")
  func parts() {
    let bytes = (0..<200).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    for length in [1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 200] {
      let whole = Digest.of(bytes[..<length])
      for cut in [0, 1, 55, 63, 64, 100] where cut <= length {
        var digest = Digest()
        digest.add(Array(bytes[..<cut]))
        // asking for the digest does not disturb it
        _ = digest.finish()
        digest.add(Array(bytes[cut..<length]))
        #expect(digest.finish() == whole, "\(length) bytes cut at \(cut)")
      }
    }
  }

  @Test("A file has the digest of its bytes, and a missing one is named")
  func file() throws {
    let folder = try TestFolder()
    try folder.write("abc", as: "a")
    #expect(try Digest.ofFile(folder.file("a")) == Digest.of("abc".utf8))
    #expect(
      folder.message { _ = try Digest.ofFile(folder.file("b")) }
        == "b: cannot read: No such file or directory")
  }
}
