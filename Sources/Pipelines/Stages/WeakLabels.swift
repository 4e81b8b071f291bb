import Configuration
import Rasters

/// Labels guessed from a channel: the first class below one threshold, the second from another on,
/// nothing between.
struct WeakLabels: Sendable {
  /// The keys of `weak`.
  static let settings = [
    Setting("channel", .text, default: "dnbr", "The channel: dnbr, rdnbr, post.nbr, …"),
    Setting(
      "low", .number(-1e9...1e9), default: "0.1",
      "Below it lies 'low_class'. With dNBR, 0.1 ends 'unburned' (Key and Benson 2006)."),
    Setting(
      "high", .number(-1e9...1e9), default: "0.27",
      "From here on lies 'high_class'. With dNBR, 0.27 begins 'moderate-low severity' (ibid.)."),
    Setting("low_class", .text, "Class below, by name or code; by default the first."),
    Setting("high_class", .text, "Class above, by name or code; by default the second."),
    Setting(
      "replace", .flag, default: "false", "Whether scenes that have a 'label' get weak ones too."),
  ]

  /// The one channel.
  let channel: ChannelSet
  /// Whether labels that scenes have are not used.
  let replaces: Bool
  private let low: Float
  private let high: Float
  private let lowClass: UInt8
  private let highClass: UInt8

  init(_ settings: Settings, classes: ClassList, channels: ChannelSet) throws {
    (low, high) = (Float(settings.number("low")), Float(settings.number("high")))
    guard low <= high else {
      throw settings.error(
        "'low' takes at most 'high', \(settings.number("high")), found \(settings.number("low"))",
        at: settings.isWritten("low") ? "low" : "high")
    }
    lowClass = try classes.position(settings, "low_class") ?? 0
    highClass = try classes.position(settings, "high_class") ?? 1
    guard lowClass != highClass else {
      throw settings.error(
        "'low_class' and 'high_class' are both '\(classes.items[Int(lowClass)].name)'",
        at: settings.isWritten("high_class") ? "high_class" : "low_class")
    }
    replaces = settings.flag("replace")
    do {
      channel = try channels.selecting([settings.text("channel")])
    } catch let error as ChannelError {
      throw settings.error("\(error)", at: "channel")
    }
  }

  /// The labels of a window, 255 where nothing is said.
  func labels(_ window: Window, from reader: SceneReader) throws -> [UInt8] {
    var planes: [Float] = []
    try reader.read(window, into: &planes)
    return planes.prefix(window.pixelCount).map {
      $0 < low ? lowClass : $0 >= high ? highClass : ClassList.notObserved
    }
  }
}

extension ClassList {
  /// The position of a class named by its name or code; nil if the key is absent.
  func position(_ settings: Settings, _ key: String) throws -> UInt8? {
    guard let text = settings.optionalText(key) else { return nil }
    guard let position = position(of: text) else {
      let known = items.map(\.name).joined(separator: ", ")
      let hint = nearest(text, in: items.map(\.name)).map { " Did you mean '\($0)'?" } ?? ""
      throw settings.error(
        "'\(key)' takes a class, found '\(text)'.\(hint) Classes: \(known)", at: key)
    }
    return position
  }

  /// The position of a class given by its name or its code as text.
  func position(of text: String) -> UInt8? {
    let index =
      items.firstIndex { $0.name == text }
      ?? Int(text).flatMap { code in items.firstIndex { $0.code == code } }
    return index.map(UInt8.init)
  }
}
