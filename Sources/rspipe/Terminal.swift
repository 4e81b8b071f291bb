import Glibc

/// Where the program speaks: results on stdout, everything else on stderr.
struct Terminal: Sendable {
  /// Whether stderr is a terminal that lines can be rewritten on.
  let isInteractive: Bool
  /// Whether colours may be used on it.
  let usesColour: Bool
  /// Its columns.
  let width: Int
  private let output: @Sendable (String) throws -> Void
  private let errors: @Sendable (String) -> Void

  /// Makes a terminal from where its two streams go.
  init(
    isInteractive: Bool = false, usesColour: Bool = false, width: Int = 80,
    output: @escaping @Sendable (String) throws -> Void,
    errors: @escaping @Sendable (String) -> Void
  ) {
    self.isInteractive = isInteractive
    self.usesColour = usesColour
    self.width = width
    self.output = output
    self.errors = errors
  }

  /// The streams of the process.
  static func standard() -> Terminal {
    let kind = variable("TERM") ?? ""
    let isInteractive = isatty(STDERR_FILENO) == 1 && !kind.isEmpty && kind != "dumb"
    var size = winsize()
    let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return Terminal(
      isInteractive: isInteractive,
      usesColour: isInteractive && (variable("NO_COLOR") ?? "").isEmpty,
      width: isKnown ? Int(size.ws_col) : 80,
      output: { text in
        let problem = write(text, to: STDOUT_FILENO)
        if problem == EPIPE { throw ClosedPipe() }
        if problem != 0 { throw OutputError(problem) }
      },
      errors: { _ = write($0, to: STDERR_FILENO) })
  }

  /// Writes a result at once; the text ends in a line break.
  ///
  /// - Throws: `ClosedPipe` where nobody reads any more, `OutputError` otherwise.
  func print(_ text: String) throws { try output(text) }

  /// Writes one line of a log or an error, after the program's name.
  func report(_ line: String) {
    write("\(usesColour ? "\u{1B}[1mrspipe:\u{1B}[0m" : "rspipe:") \(line)\n")
  }

  /// Writes to stderr as it is.
  func write(_ text: String) { errors(text) }

  /// Makes closed standard streams harmless: files opened later must not take their numbers, and a
  /// closed pipe must not kill the process.
  static func prepareDescriptors() {
    signal(SIGPIPE, SIG_IGN)
    // opened the wrong way round, so that using them fails as it would if they were closed
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(descriptor, F_GETFD) == -1 && errno == EBADF {
      _ = open("/dev/null", mode)
    }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Writes all of a text; returns 0 or the number of the error.
  private static func write(_ text: String, to descriptor: Int32) -> Int32 {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}

/// Nobody reads stdout any more.
struct ClosedPipe: Error {}

/// Stdout takes nothing.
struct OutputError: Error, CustomStringConvertible {
  let description: String

  init(_ number: Int32) {
    description = "cannot write to stdout: \(String(cString: strerror(number)))"
  }
}
