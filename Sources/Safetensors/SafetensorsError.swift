/// What is wrong with a model folder, in which file, and what was expected instead.
package enum SafetensorsError: Error, Equatable, CustomStringConvertible {
  case malformed(file: String, found: String, expected: String)
  case missingFile(folder: String, expected: String)
  case badValue(file: String, key: String, found: String, expected: String)
  case unknownModelType(String, known: [String])
  case unsupported(file: String, what: String, known: String)
  case unknownTensor(name: String, file: String)
  case missingTensor(name: String, folder: String)

  package var description: String {
    switch self {
    case .malformed(let file, let found, let expected):
      "malformed file '\(file)': \(found); expected \(expected)"
    case .missingFile(let folder, let expected):
      "the folder '\(folder)' holds no model: \(expected)"
    case .badValue(let file, let key, let found, let expected):
      "'\(key)' in '\(file)' is \(found); expected \(expected)"
    case .unknownModelType(let type, let known):
      "unknown model type '\(type)' (model_type in config.json); known: \(known.joined(separator: ", ")): "
        + "a GGUF file of the model may run"
    case .unsupported(let file, let what, let known):
      "'\(file)' needs \(what), which is not supported; known: \(known)"
    case .unknownTensor(let name, let file):
      "tensor '\(name)' in '\(file)' is not part of the model as it is known here: results would be wrong without it"
    case .missingTensor(let name, let folder):
      "no file in '\(folder)' has the tensor '\(name)': is the download complete?"
    }
  }
}
