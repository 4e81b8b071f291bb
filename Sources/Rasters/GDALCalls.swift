import CGDAL
import Synchronization

/// What GDAL reported on one thread while a call ran.
final class ErrorLog: Sendable {
  struct Entry {
    let code: Int
    let message: String
  }

  private let failures = Mutex<[Entry]>([])
  private let warnings = Mutex<[String]>([])

  fileprivate func add(_ severity: CPLErr, _ code: Int, _ message: String) {
    if severity == CE_Failure || severity == CE_Fatal {
      failures.withLock { $0.append(Entry(code: code, message: message)) }
    } else if severity == CE_Warning {
      warnings.withLock { if !$0.contains(message) { $0.append(message) } }
    }
  }

  /// The distinct warnings so far.
  var warningMessages: [String] { warnings.withLock { $0 } }

  /// The distinct failures so far, except those the caller knows to be harmless.
  func failures(except isHarmless: (String) -> Bool) -> [Entry] {
    var seen: Set<String> = []
    return failures.withLock { $0 }.filter {
      !isHarmless($0.message) && seen.insert($0.message).inserted
    }
  }
}

/// A GDAL call said that it failed; what it reported is in the log of the enclosing `gdal` call.
private struct Refusal: Error {}

/// Starts GDAL once; a global constant so that the first use by any thread registers the drivers.
private let registration: Void = {
  GDALAllRegister()
  // For GDAL's own worker threads and for clean-up in deinit: nothing is ever printed.
  CPLSetErrorHandler(CPLQuietErrorHandler)
}()

/// Runs GDAL calls and turns every failure they report, or only print, into a `RasterError`.
///
/// - Parameters:
///   - action: what is being done, as it follows "cannot".
///   - path: the file concerned.
///   - isHarmless: tells failures that GDAL reports for single points and recovers from.
///   - isCancelled: whether the caller's own callback stopped GDAL, which then gives no message.
///   - warn: receives the distinct warnings.
func gdal<Value>(
  _ action: @autoclosure () -> String, path: String,
  isHarmless: (String) -> Bool = { _ in false },
  isCancelled: () -> Bool = { false },
  warn: ([String]) -> Void = { _ in },
  _ body: () throws -> Value
) throws -> Value {
  registration
  let log = ErrorLog()
  let result = withErrors(log) { Result { try body() } }
  warn(log.warningMessages)
  if case .failure(let error) = result, !(error is Refusal) { throw error }
  if isCancelled() {
    throw RasterError(
      message: "cancelled", path: path, action: action(), isCancellation: true)
  }
  let failures = log.failures(except: isHarmless)
  if let first = failures.first {
    throw RasterError(
      code: first.code,
      message: failures.prefix(3).map { plain($0.message, path) }.joined(separator: "; "),
      path: path, action: action())
  }
  switch result {
  case .success(let value): return value
  case .failure:
    throw RasterError(message: "GDAL gave no reason", path: path, action: action())
  }
}

/// GDAL's message without the path, which the error names already.
private func plain(_ message: String, _ path: String) -> String {
  for start in ["\(path): ", "`\(path)' "] where !path.isEmpty && message.hasPrefix(start) {
    return String(message.dropFirst(start.count))
  }
  return message
}

/// Refuses a GDAL status other than success or warning; use inside `gdal`.
func require(_ status: CPLErr) throws {
  if status == CE_Failure || status == CE_Fatal { throw Refusal() }
}

/// Refuses a missing GDAL handle; use inside `gdal`.
func require<Handle>(_ handle: Handle?) throws -> Handle {
  guard let handle else { throw Refusal() }
  return handle
}

/// Collects what GDAL reports on this thread while `body` runs.
private func withErrors<Value>(_ log: ErrorLog, _ body: () -> Value) -> Value {
  CPLPushErrorHandlerEx(
    { severity, code, message in
      guard let user = CPLGetErrorHandlerUserData(), let message else { return }
      Unmanaged<ErrorLog>.fromOpaque(user).takeUnretainedValue()
        .add(severity, Int(code), String(cString: message))
    }, Unmanaged.passUnretained(log).toOpaque())
  // Debug messages, which the user asked for with CPL_DEBUG, go on to GDAL's own handler.
  CPLSetCurrentErrorHandlerCatchDebug(0)
  defer {
    CPLPopErrorHandler()
    withExtendedLifetime(log) {}
  }
  return body()
}

/// Passes strings as a C list that ends in null, as GDAL takes options.
func withCSL<Value>(
  _ items: [String],
  _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) throws -> Value
) rethrows -> Value {
  var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  for item in items { list = CSLAddString(list, item) }
  defer { CSLDestroy(list) }
  return try body(list)
}

/// Passes strings as a constant C list, as newer GDAL functions take options.
func withConstantCSL<Value>(
  _ items: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) throws -> Value
) rethrows -> Value {
  try withCSL(items) {
    try body(UnsafeRawPointer($0)?.assumingMemoryBound(to: UnsafePointer<CChar>?.self))
  }
}

/// The strings of a C list that GDAL owns.
func strings(_ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) -> [String] {
  guard let list else { return [] }
  var result: [String] = []
  var next = list
  while let item = next.pointee {
    result.append(String(cString: item))
    next += 1
  }
  return result
}
