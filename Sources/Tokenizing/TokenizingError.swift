/// What keeps a model file's tokenizer from being used.
package enum TokenizingError: Error, Equatable, CustomStringConvertible {
  case unknownModel(String, known: [String])
  case unknownPreTokenizer(String, known: [String])
  case unknownPattern(String)
  case malformed(found: String, expected: String)

  package var description: String {
    switch self {
    case .unknownModel(let name, let known):
      "unknown tokenizer model '\(name)' (tokenizer.ggml.model); known: \(known.joined(separator: ", "))"
    case .unknownPreTokenizer(let name, let known):
      "unknown pre-tokenizer '\(name)' (tokenizer.ggml.pre); known: \(known.joined(separator: ", "))"
    case .unknownPattern(let pattern):
      "the tokenizer cuts text by the pattern '\(pattern.prefix(300))', which no known model has"
    case .malformed(let found, let expected):
      "malformed tokenizer in the model file: \(found); expected \(expected)"
    }
  }
}
