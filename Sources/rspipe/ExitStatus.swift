import Accuracy
import Configuration
import Engine
import Models
import Pipelines
import Rasters
import YAML

/// The status that the process ends with; scripts rely on it.
///
/// A signal ends the process by itself: the shell sees 130 after SIGINT, 143 after SIGTERM.
enum ExitStatus: Int32 {
  /// Done.
  case done = 0
  /// The work could not be done.
  case failed = 1
  /// The command line or the configuration is wrong, or an output is in the way.
  case usage = 2
  /// An input is missing or cannot be used.
  case input = 3

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
      }
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
