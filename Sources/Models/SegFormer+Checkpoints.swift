import Engine

extension SegFormer {
  /// The name in this network of a tensor of a Hugging Face checkpoint; nil for what the network has
  /// no use for.
  ///
  /// Published checkpoints have the names of this network. Version 5 of the library `transformers`
  /// renames what it loads (`segformer.stages.0.blocks.1.mlp.fc1.weight`) and may save it so.
  public static func parameterName(inCheckpoint name: String) -> String? {
    var parts = name.split(separator: ".").map(String.init)
    if parts.last == "num_batches_tracked" { return nil }
    if parts.starts(with: ["decode_head", "linear_projections"]) { parts[1] = "linear_c" }
    guard parts.starts(with: ["segformer", "stages"]), parts.count > 4 else {
      return parts.joined(separator: ".")
    }
    let (stage, rest) = (parts[2], Array(parts[3...]))
    switch rest[0] {
    case "patch_embeddings", "layer_norm":
      return join(["segformer.encoder", rest[0], stage] + rest[1...])
    case "blocks" where rest.count > 3:
      return join(["segformer.encoder.block", stage, rest[1]] + inBlock(Array(rest[2...])))
    default: return name
    }
  }

  private static func inBlock(_ parts: [String]) -> [String] {
    let layers = [
      "layernorm_before": ["layer_norm_1"], "layernorm_after": ["layer_norm_2"],
      "attention.q_proj": ["attention", "self", "query"],
      "attention.k_proj": ["attention", "self", "key"],
      "attention.v_proj": ["attention", "self", "value"],
      "attention.o_proj": ["attention", "output", "dense"],
      "attention.sequence_reduction.sequence_reduction": ["attention", "self", "sr"],
      "attention.sequence_reduction.layer_norm": ["attention", "self", "layer_norm"],
      "mlp.fc1": ["mlp", "dense1"], "mlp.fc2": ["mlp", "dense2"],
    ]
    return (layers[join(Array(parts.dropLast()))] ?? parts.dropLast()) + parts.suffix(1)
  }

  private static func join(_ parts: [String]) -> String { parts.joined(separator: ".") }
}
