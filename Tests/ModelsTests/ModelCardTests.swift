import Testing

@testable import Models

/// The card of a small U-Net.
func sampleCard(base: Int = 2, depth: Int = 1) -> ModelCard {
  ModelCard(
    architecture: "unet", settings: "{\"base\": \(base), \"depth\": \(depth)}",
    channels: [
      ModelCard.Channel(name: "post.nir", mean: 0.25, deviation: 0.1),
      ModelCard.Channel(name: "dnbr", mean: -0.01, deviation: 0.3),
    ], images: ["pre", "post"], limit: 10,
    classes: [
      ModelCard.Class(value: 0, name: "unburned", colour: "#eeeeee"),
      ModelCard.Class(value: 11, name: "brûlé \"1\"", colour: "#d7301f"),
    ], windowPixels: 64, resolutionMetres: nil, training: ["seed": "1"],
    scores: ["validation_iou_burned": 0.5])
}

struct ModelCardTests {
  @Test("A card is read as it was written")
  func roundTrip() throws {
    let card = sampleCard()
    let json = try card.encoded()
    #expect(try ModelCard(json: json, source: "a") == card)
    #expect(try card.encoded() == json)
    #expect(!json.contains("resolutionMetres"))
    var known = card
    known.resolutionMetres = 10
    #expect(try ModelCard(json: known.encoded(), source: "a") == known)
  }

  static let unsound = "a: the model card has no channels, no classes or no sound normalisation"

  @Test(
    "A card that is spoilt says what is wrong with it",
    arguments: [
      ("\"version\":1", "\"version\":2", "a: model card of version 2, this program reads 1"),
      ("\"limit\":10,", "", "a: the model card cannot be read: 'limit' is missing"),
      (
        "\"limit\":10", "\"limit\":\"10\"",
        "a: the model card cannot be read: 'limit' is of another kind"
      ),
      (
        "\"mean\":0.25", "\"mean\":null",
        "a: the model card cannot be read: 'channels.Index 0.mean' is of another kind"
      ),
      ("\"limit\":10", "\"limit\":0", unsound),
      ("\"deviation\":0.1", "\"deviation\":0", unsound),
      ("\"deviation\":0.1", "\"deviation\":-0.1", unsound),
      ("{\"architecture\"", "[\"architecture\"", "a: the model card cannot be read: it is no JSON"),
    ])
  func spoilt(_ good: String, _ bad: String, _ message: String) throws {
    let json = try sampleCard().encoded()
    let spoilt = json.replacing(good, with: bad)
    #expect(spoilt != json)
    let error = #expect(throws: ModelFileError.self) { try ModelCard(json: spoilt, source: "a") }
    #expect(error?.description == message)
  }

  @Test("A card without channels or classes is refused")
  func empty() throws {
    var card = sampleCard()
    card.channels = []
    let json = try card.encoded()
    #expect(throws: ModelFileError(Self.unsound)) { try ModelCard(json: json, source: "a") }
    card = sampleCard()
    card.classes = []
    let other = try card.encoded()
    #expect(throws: ModelFileError(Self.unsound)) { try ModelCard(json: other, source: "a") }
  }
}
