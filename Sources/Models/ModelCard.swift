import FoundationEssentials

/// What must be known of a model beside its weights: stored as JSON in the metadata of the weights'
/// file, so that a model is one file.
public struct ModelCard: Codable, Equatable, Sendable {
  /// The key of the metadata that holds the card.
  public static let metadataKey = "rspipe_model_card"

  /// One channel of the input: its name and what is subtracted and divided by.
  public struct Channel: Codable, Equatable, Sendable {
    /// `post.nir`, `dnbr`.
    public var name: String
    /// The mean of the observed training pixels.
    public var mean: Double
    /// Their standard deviation.
    public var deviation: Double

    /// Describes a channel.
    public init(name: String, mean: Double, deviation: Double) {
      self.name = name
      self.mean = mean
      self.deviation = deviation
    }
  }

  /// One class of the output.
  public struct Class: Codable, Equatable, Sendable {
    /// The code in labels and references.
    public var value: Int
    /// The name.
    public var name: String
    /// The colour as `#rrggbb`.
    public var colour: String

    /// Describes a class.
    public init(value: Int, name: String, colour: String) {
      self.value = value
      self.name = name
      self.colour = colour
    }
  }

  /// The version of the card's layout.
  public var version = 1
  /// The architecture's name.
  public var architecture: String
  /// The architecture's settings, as JSON.
  public var settings: String
  /// The input's channels in order.
  public var channels: [Channel]
  /// The names of the images before and after that differences are taken of.
  public var images: [String]
  /// Normalised values are cut at plus and minus this.
  public var limit: Double
  /// The classes in the order of the output's channels.
  public var classes: [Class]
  /// Side of the training windows in pixels.
  public var windowPixels: Int
  /// Pixel size of the training scenes in metres, where known.
  public var resolutionMetres: Double?
  /// What it was trained on and how, in words.
  public var training: [String: String]
  /// Scores on the validation blocks.
  public var scores: [String: Double]

  /// Describes a model.
  public init(
    architecture: String, settings: String, channels: [Channel], images: [String], limit: Double,
    classes: [Class], windowPixels: Int, resolutionMetres: Double?, training: [String: String],
    scores: [String: Double]
  ) {
    self.architecture = architecture
    self.settings = settings
    self.channels = channels
    self.images = images
    self.limit = limit
    self.classes = classes
    self.windowPixels = windowPixels
    self.resolutionMetres = resolutionMetres
    self.training = training
    self.scores = scores
  }

  /// The card as JSON with sorted keys.
  public func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// Reads a card.
  ///
  /// - Throws: `ModelFileError` if it is not the card of a model.
  public init(json: String, source: String) throws {
    do {
      self = try JSONDecoder().decode(ModelCard.self, from: Data(json.utf8))
    } catch {
      throw ModelFileError("\(source): the model card cannot be read: \(ModelCard.cause(error))")
    }
    guard version == 1 else {
      throw ModelFileError("\(source): model card of version \(version), this program reads 1")
    }
    let isSound =
      !channels.isEmpty && (1...254).contains(classes.count) && limit > 0
      && channels.allSatisfy { $0.mean.isFinite && $0.deviation.isFinite && $0.deviation > 0 }
    guard isSound else {
      throw ModelFileError(
        "\(source): the model card has no channels, no classes or no sound normalisation")
    }
  }

  private static func cause(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' is of another kind"
    default: "it is no JSON"
    }
  }
}

/// A model file that cannot be used.
public struct ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, what is wrong and what was expected.
  public let description: String

  /// Makes an error from one line of text.
  public init(_ description: String) { self.description = description }
}
