/// The version of the program.
public enum Version {
  /// As `rspipe --version` prints it.
  public static let text = "0.1.0"
}
