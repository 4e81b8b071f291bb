import Glibc

/// The tensors of a safetensors file, checked as a whole before the first value is read.
///
/// A file is 8 bytes of header length (little-endian), a JSON header and the values of all tensors
/// without holes or overlaps (https://github.com/huggingface/safetensors#format). The bytes stay in
/// memory as they are; values are converted when they are asked for.
public struct SafeTensors: Sendable {
  /// One tensor as the header describes it.
  public struct Entry: Sendable, Equatable {
    /// The name of the tensor.
    public let name: String
    /// The stored element type.
    public let type: SafeTensorType
    /// The size of each axis, outermost first; empty for a scalar.
    public let shape: [Int]
    /// Where the values lie, in bytes from the end of the header.
    public let offsets: Range<Int>
  }

  /// The file or other origin of the bytes, as messages name it.
  public let source: String
  /// The texts under `__metadata__`.
  public let metadata: [String: String]
  /// The tensors in the order of their offsets.
  public let entries: [Entry]
  private let entryIndex: [String: Int]
  private let fileBytes: [UInt8]
  private let dataStart: Int

  /// The names of the tensors in the order of their offsets.
  public var names: [String] { entries.map(\.name) }

  /// Reads a file.
  ///
  /// - Parameter path: A regular file; it is read whole.
  /// - Throws: `SafeTensorsError` if it cannot be read or breaks a rule of the format.
  public init(path: String) throws {
    try self.init(bytes: try Self.contents(path: path), source: path)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - source: Its name for messages.
  /// - Throws: `SafeTensorsError` if a rule of the format is broken.
  public init(bytes: [UInt8], source: String) throws {
    let header = try SafeTensorsHeader(bytes: bytes, source: source)
    self.source = source
    metadata = header.metadata
    entries = header.entries
    entryIndex = Dictionary(
      uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
    fileBytes = bytes
    dataStart = header.dataStart
  }

  /// The description of a tensor, or nil if there is none of this name.
  public func entry(_ name: String) -> Entry? {
    entryIndex[name].map { entries[$0] }
  }

  /// The shape of a tensor, or nil if there is none of this name.
  public func shape(_ name: String) -> [Int]? { entry(name)?.shape }

  /// The stored bytes of a tensor, little-endian.
  ///
  /// - Throws: `SafeTensorsError` if there is no tensor of this name.
  public func bytes(_ name: String) throws -> [UInt8] {
    try withBytes(name) { _, bytes in Array(bytes) }
  }

  /// Hands out a tensor's description and its bytes, which need not be aligned.
  func withBytes<Result>(
    _ name: String, _ body: (Entry, UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    guard let entry = entry(name) else { throw absent(name) }
    return try fileBytes.withUnsafeBytes { file in
      let start = dataStart + entry.offsets.lowerBound
      return try body(
        entry, UnsafeRawBufferPointer(rebasing: file[start..<start + entry.offsets.count]))
    }
  }

  private func absent(_ name: String) -> SafeTensorsError {
    let some = names.prefix(5).joined(separator: ", ")
    let more = entries.count > 5 ? ", … (\(entries.count) in all)" : ""
    return SafeTensorsError(
      source: source, tensor: nil,
      problem: "no tensor '\(name)'. It holds: \(entries.isEmpty ? "none" : some + more)")
  }

  private static func contents(path: String) throws -> [UInt8] {
    func fault(_ problem: String) -> SafeTensorsError {
      SafeTensorsError(source: path, tensor: nil, problem: problem)
    }
    func systemFault(_ action: String) -> SafeTensorsError {
      fault("cannot \(action): \(String(cString: strerror(errno)))")
    }
    // Non-blocking, so that a named pipe is refused below instead of waited for.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw systemFault("open the file") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw systemFault("read the file's size") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw fault("not a regular file") }
    let size = Int(status.st_size)
    return try [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let step = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
        if step < 0 && errno == EINTR { continue }
        guard step >= 0 else { throw systemFault("read the file") }
        guard step > 0 else { throw fault("the file became shorter while it was read") }
        count += step
      }
    }
  }
}
