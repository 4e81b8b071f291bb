import Foundation
import Testing

@testable import Engine

/// A file of this header text and as many zero bytes.
private func file(_ header: String, dataCount: Int = 0) -> [UInt8] {
  let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
  return length + Array(header.utf8) + [UInt8](repeating: 0, count: dataCount)
}

@Suite struct SafeTensorsTests {
  @Test func headerAndOrderAreRead() throws {
    let tensors = try SafeTensors(
      bytes: file(
        #"{"late":{"dtype":"U8","shape":[3],"data_offsets":[8,11]},"#
          + #""empty":{"shape":[0,4],"dtype":"I64","data_offsets":[8,8]},"#
          + #""__metadata__":{"format":"pt"},"#
          + #""early":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}  "#, dataCount: 11),
      source: "a.safetensors")
    #expect(tensors.names == ["early", "empty", "late"])
    #expect(tensors.metadata == ["format": "pt"])
    #expect(tensors.shape("early") == [2, 1])
    #expect(tensors.shape("empty") == [0, 4])
    #expect(tensors.shape("absent") == nil)
    #expect(
      tensors.entry("late")
        == SafeTensors.Entry(name: "late", type: .U8, shape: [3], offsets: 8..<11))
    #expect(try tensors.bytes("late") == [0, 0, 0])
    #expect(try tensors.integers("empty") == [])
  }

  @Test func aFileWithoutTensorsIsAllowed() throws {
    let tensors = try SafeTensors(bytes: file("{}"), source: "a.safetensors")
    #expect(tensors.names == [])
    #expect(tensors.metadata == [:])
  }

  @Test(arguments: [
    ("", 0, "the header must start with '{'"),
    (" {}", 0, "the header must start with '{'"),
    ("[]", 0, "the header must start with '{'"),
    ("{", 0, "header byte 1: expected a key in double quotes, found the end of the text"),
    ("{}x", 0, "header byte 2: expected the end of the text, found 'x'"),
    ("{}", 3, "3 bytes after the last tensor belong to no tensor"),
    (#"{"__metadata__":[]}"#, 0, "__metadata__ must be an object, found an array"),
    (
      #"{"__metadata__":{"epoch":3}}"#, 0, "__metadata__ 'epoch' must be a string, found a number"
    ),
    (#"{"w":3}"#, 0, "tensor 'w': must be an object, found a number"),
    (#"{"w":{"shape":[],"data_offsets":[0,4]}}"#, 4, "tensor 'w': has no dtype"),
    (#"{"w":{"dtype":"F32","data_offsets":[0,4]}}"#, 4, "tensor 'w': has no shape"),
    (#"{"w":{"dtype":"F32","shape":[]}}"#, 4, "tensor 'w': has no data_offsets"),
    (
      #"{"w":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#, 4,
      "tensor 'w': unknown key 'x'. Known keys: dtype, shape, data_offsets"
    ),
    (
      #"{"w":{"dtype":"F7","shape":[1],"data_offsets":[0,4]}}"#, 4,
      "tensor 'w': unknown dtype 'F7'. Known types: F64, F32, F16, BF16, F8_E4M3, F8_E5M2, "
        + "I64, I32, I16, I8, U64, U32, U16, U8, BOOL"
    ),
    (
      #"{"w":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}"#, 4,
      "tensor 'w': dtype must be a string, found a number"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, 4,
      "tensor 'w': shape must hold whole numbers of 0 or more"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4,
      "tensor 'w': shape must hold whole numbers of 0 or more"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,1e300]}}"#, 4,
      "tensor 'w': data_offsets must hold whole numbers of 0 or more"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4,
      "tensor 'w': data_offsets must be a start and an end, found [0]"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4,
      "tensor 'w': data_offsets [4, 0] end before they start"
    ),
    (
      #"{"w":{"dtype":"F32","shape":4,"data_offsets":[0,16]}}"#, 16,
      "tensor 'w': shape must be an array, found a number"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4,
      "tensor 'w': shape [2] of F32 takes 8 bytes, but data_offsets span 4"
    ),
    (
      #"{"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
      "tensor 'w': shape [4294967296, 4294967296] has more elements than can be counted"
    ),
    (
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4,
      "tensor 'w': ends at offset 8, but the file ends at offset 4; is it cut short?"
    ),
    (
      #"{"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""w":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}"#, 7,
      "tensor 'w': starts at offset 3, within the tensor before it, which ends at 4"
    ),
    (
      #"{"v":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
        + #""w":{"dtype":"U8","shape":[4],"data_offsets":[5,9]}}"#, 9,
      "tensor 'w': starts at offset 5, but offsets 4 to 5 belong to no tensor"
    ),
    (
      #"{"w":{"dtype":"U8","shape":[4],"data_offsets":[1,5]}}"#, 5,
      "tensor 'w': starts at offset 1, but offsets 0 to 1 belong to no tensor"
    ),
    (
      #"{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"#
        + #""w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#, 0,
      "header byte 53: the key 'w' appears twice in one object"
    ),
  ])
  func hostileHeadersAreRefused(header: String, dataCount: Int, message: String) {
    let error = #expect(throws: SafeTensorsError.self) {
      try SafeTensors(bytes: file(header, dataCount: dataCount), source: "a.safetensors")
    }
    #expect(error?.description == "a.safetensors: " + message)
  }

  @Test(
    arguments: [
      ([1, 2, 3], "3 bytes are too few for a safetensors file"),
      ([5, 0, 0, 0, 0, 0, 0, 0, 123], "the header takes 5 bytes, but the file has 1 after it"),
      (
        [1, 0xE1, 0xF5, 5, 0, 0, 0, 0],
        "a header of 100000001 bytes is over the limit of 100000000; is this a safetensors file?"
      ),
      (
        [UInt8](repeating: 255, count: 9),
        "a header of 18446744073709551615 bytes is over the limit of 100000000; "
          + "is this a safetensors file?"
      ),
    ] as [([UInt8], String)])
  func impossibleLengthsAreRefused(bytes: [UInt8], message: String) {
    let error = #expect(throws: SafeTensorsError.self) {
      try SafeTensors(bytes: bytes, source: "a.safetensors")
    }
    #expect(error?.description == "a.safetensors: " + message)
  }

  @Test func filesThatCannotBeReadAreRefused() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let error = #expect(throws: SafeTensorsError.self) { try SafeTensors(path: folder) }
    #expect(error?.description == "\(folder): not a regular file")
    let absent = folder + "/no-such-file-\(UUID().uuidString)"
    let second = #expect(throws: SafeTensorsError.self) { try SafeTensors(path: absent) }
    #expect(second?.description == "\(absent): cannot open the file: No such file or directory")
  }

  /// Every prefix of a good file and every single-byte change either reads or throws; none stops
  /// the program, and no prefix reads.
  @Test func damagedFilesNeverStopTheProgram() throws {
    let good = SafeTensorsWriter.encode(
      tensors: [("a", [2, 2], [1, 2, 3, 4]), ("b", [], [5])], metadata: ["k": "v"])
    for count in 0..<good.count {
      #expect(throws: SafeTensorsError.self) {
        try SafeTensors(bytes: Array(good[..<count]), source: "cut")
      }
    }
    var readable = 0
    for index in 0..<good.count {
      for change: UInt8 in [1, 4, 16, 128, 255] {
        var bytes = good
        bytes[index] ^= change
        guard let tensors = try? SafeTensors(bytes: bytes, source: "changed") else { continue }
        for name in tensors.names { _ = try? tensors.floats(name) }
        readable += 1
      }
    }
    // All changes of the 20 bytes of values leave the file readable.
    #expect(readable >= 100)
  }
}
