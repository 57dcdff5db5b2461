package import GGUF

/// Why a model file cannot be run.
package enum ModelError: Error, CustomStringConvertible {
  case file(GGUFError)
  case unknownArchitecture(String)
  case badValue(key: String, found: String, expected: String)
  case wrongShape(tensor: String, found: [Int], expected: String)
  case unsupportedType(tensor: String, type: String)
  case unsupportedFeature(String)
  case unusedTensor(String)
  /// What was asked of the rotary positions cannot be.
  case rotary(String)
  /// A step's scratch would take more than any machine should give it.
  case scratchTooLarge(bytes: Int, most: Int)

  package var description: String {
    switch self {
    case .file(let error):
      error.description
    case .unknownArchitecture(let name):
      "unknown architecture '\(name)' (general.architecture); known: "
        + Architectures.all.map(\.name).joined(separator: ", ")
    case .badValue(let key, let found, let expected):
      "metadata key '\(key)' is \(found); expected \(expected)"
    case .wrongShape(let tensor, let found, let expected):
      "tensor '\(tensor)' has the shape \(found); expected \(expected) from the model's metadata"
    case .unsupportedType(let tensor, let type):
      "tensor '\(tensor)' has type \(type), for which there are no kernels; known: "
        + Weights.knownTypes.joined(separator: ", ") + ": quantize the model to one of them"
    case .unsupportedFeature(let feature):
      "the model needs \(feature), which is not supported yet"
    case .scratchTooLarge(let bytes, let most):
      "a step of this model would need \(bytes) bytes of scratch, and \(most) are the most that is taken: "
        + "let fewer sequences run at a time, or the model's sizes are wrong"
    case .rotary(let problem):
      problem
    case .unusedTensor(let name):
      "tensor '\(name)' is not part of the architecture as it is known here: results would be wrong without it"
    }
  }
}
