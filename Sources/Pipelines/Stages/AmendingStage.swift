/// A stage after which an earlier one gives something else: `mask` hides pixels of aligned scenes.
///
/// Later stages that ask for the earlier stage get it as amended, and need not know.
public protocol AmendingStage: Stage {
  /// The earlier stage as later ones see it.
  var amended: any Stage { get }
}
