import FoundationEssentials
import Glibc

/// A value as one JSON object with sorted keys and a line break at the end.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// Whether there is a file or folder at a path.
func isFile(_ path: String) -> Bool { access(path, F_OK) == 0 }
