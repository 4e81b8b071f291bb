import Engine

/// A network that can serve as a part of another: it gives features of an image, of which a 1×1
/// convolution makes logits.
///
/// Called twice with the same name it gives the features of two images with the same weights.
public protocol FeatureNetwork: Model {
  /// Pixels of the image along one axis for each pixel of the features, at equal size ⌈pixels / step⌉.
  var featureStep: Int { get }
  /// Rows and columns that an image must have at least.
  var leastSize: Int { get }
  /// Adds the network without its last layers to a graph; parameter names start with `name`.
  func features(of x: Value, under name: String, in builder: GraphBuilder) -> Value
}

extension FeatureNetwork {
  /// Adds the resizing of what was made of features to the size of the image.
  func enlarge(_ x: Value, to image: Value, in builder: GraphBuilder) -> Value {
    featureStep == 1 ? x : builder.resize(x, to: image)
  }
}
