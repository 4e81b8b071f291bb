import FoundationEssentials
import Glibc

/// The most memory that this process has held at a time.
///
/// The kernel's high-water mark of this program; `getrusage` would count what the process held
/// before it became this program too, which is much where a script forked it.
enum PeakMemory {
  /// Forgets what was: the mark falls to what is held now, where the kernel allows it.
  static func restart() {
    guard let file = fopen("/proc/self/clear_refs", "w") else { return }
    fputs("5", file)
    fclose(file)
  }

  /// The mark in MiB; 0 where the kernel tells none.
  static var mebibytes: Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    return (kibibytes ?? 0) / 1024
  }
}
