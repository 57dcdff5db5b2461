/// Why something cannot be evaluated.
package enum EvaluationError: Error, Equatable, CustomStringConvertible {
  case window(Int, contextLength: Int)
  case shortText(tokens: Int, window: Int)

  package var description: String {
    switch self {
    case .window(let window, let contextLength):
      "the window is \(window) tokens; expected an even number from 4 to the model's context of \(contextLength)"
    case .shortText(let tokens, let window):
      "the text has \(tokens) tokens, which is less than one window of \(window); take a longer text or a smaller window"
    }
  }
}
