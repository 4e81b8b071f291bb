import Accuracy
import Configuration
import Engine
import Glibc
import Models
import Pipelines
import Rasters
import YAML

/// The status that the process ends with; scripts rely on it.
enum ExitStatus: Int32 {
  /// Done.
  case done = 0
  /// The work could not be done.
  case failed = 1
  /// The command line or the configuration is wrong, or an output is in the way.
  case usage = 2
  /// An input is missing or cannot be used.
  case input = 3
  /// Another run is at work in the same folder; trying again later helps.
  case busy = 75
  /// Stopped by SIGINT; the same as a shell says of a process that the signal ended by itself.
  case interrupted = 130
  /// Stopped by SIGTERM.
  case terminated = 143

  /// The status of an error.
  init(_ error: any Error) {
    switch error {
    case let error as ConfigurationError: self = error.isMissingFile ? .input : .usage
    case is ArgumentError, is YAMLError: self = .usage
    case let error as RunError:
      switch error.kind {
      case .failed: self = .failed
      case .usage: self = .usage
      case .input: self = .input
      case .busy: self = .busy
      }
    case let error as Interrupted: self = error.signal == SIGTERM ? .terminated : .interrupted
    case let error as RasterError: self = error.isAboutOutput ? .failed : .input
    case is SafeTensorsError, is JSONError, is ModelFileError, is GraphError, is ChannelError,
      is AccuracyError:
      self = .input
    default: self = .failed
    }
  }
}

extension RasterError {
  /// Whether it was a raster being made that failed; all else concerns rasters that are read.
  fileprivate var isAboutOutput: Bool {
    isCancellation
      || ["create ", "write ", "build ", "trust ", "flush ", "move ", "remove "].contains {
        action.hasPrefix($0)
      }
  }
}
