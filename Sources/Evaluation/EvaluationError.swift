package import Caching

/// Why something cannot be evaluated.
package enum EvaluationError: Error, Equatable, CustomStringConvertible {
  case window(Int, contextLength: Int)
  case shortText(tokens: Int, window: Int)
  /// More tokens in a sequence than the model was trained for.
  case tooLong(tokens: Int, contextLength: Int)
  case scoreFrom(Int, tokens: Int)
  /// A cell whose cache cannot be as asked.
  case cell(String, CacheError)
  case stride(String, Int, most: Int)
  case poolTooSmall(neededBytes: Int, limitBytes: Int)
  case taskTooShort(tokens: Int, fewest: Int)

  package var description: String {
    switch self {
    case .window(let window, let contextLength):
      "the window is \(window) tokens; expected an even number from 4 to the model's context of \(contextLength)"
    case .shortText(let tokens, let window):
      "the text has \(tokens) tokens, which is less than one window of \(window); take a longer text or a smaller window"
    case .tooLong(let tokens, let contextLength):
      "\(tokens) tokens are asked for; expected 2 to the model's context of \(contextLength);"
        + " a longer text can be followed with --every and policies with positions=cache"
    case .scoreFrom(let first, let tokens):
      "the first token to score is \(first); expected 1 to \(tokens - 1), the last of \(tokens) tokens"
    case .cell(let name, let error): "\(name): \(error)"
    case .stride(let name, let stride, let most):
      "\(name): a stride of \(stride); expected 1 to \(most), the most prompt tokens of a step"
    case .poolTooSmall(let needed, let limit):
      "the caches need \(needed) bytes, and the pool has \(limit); raise --kv-memory, or take fewer tokens"
    case .taskTooShort(let tokens, let fewest):
      "a task of \(tokens) tokens has no room for its question; expected \(fewest) or more"
    }
  }
}
