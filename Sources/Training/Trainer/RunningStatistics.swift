import Engine

/// Running statistics of a network as they were, to undo what a forward pass did to them.
struct RunningStatistics {
  private let indices: [Int]
  private var kept: [[UInt8]] = []

  /// Looks after the statistics whose names are wanted.
  init(of store: ParameterStore, where isWanted: (String) -> Bool = { _ in true }) {
    indices = store.declarations.indices.filter {
      !store.declarations[$0].role.isTrained && isWanted(store.declarations[$0].name)
    }
  }

  /// Keeps the present values.
  mutating func keep(_ store: ParameterStore) {
    kept = indices.map { Array(bytes(store, $0)) }
  }

  /// Writes back the values kept last.
  func restore(_ store: ParameterStore) {
    for (index, values) in zip(indices, kept) { bytes(store, index).copyBytes(from: values) }
  }

  /// Whether no value is infinite or NaN.
  func areFinite(_ store: ParameterStore) -> Bool {
    indices.allSatisfy { store.doubles($0).allSatisfy(\.isFinite) }
  }

  private func bytes(_ store: ParameterStore, _ index: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      start: store.pointer(index), count: store.declarations[index].count * store.type.size)
  }
}
