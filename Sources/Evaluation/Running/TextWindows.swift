package import Tokenizing

/// Pieces of a text of equal length, in tokens.
package enum TextWindows {
  /// The first `count` windows of `size` tokens that follow each other, or all.
  ///
  /// As in llama.cpp's `llama-perplexity` the first token of each gives way to the beginning-of-sequence token where the model
  /// wants one. Throws `EvaluationError.shortText` if there is no whole window.
  package static func consecutive(
    _ text: String, _ tokenizer: Tokenizer, size: Int, count: Int? = nil
  ) throws(EvaluationError) -> [[Int32]] {
    let tokens = tokenizer.encode(text, parseSpecial: false, addBOS: tokenizer.addsBOS)
    let most = tokens.count / size
    guard most > 0 else { throw .shortText(tokens: tokens.count, window: size) }
    return windows(
      of: tokens, tokenizer, size: size, starts: (0..<min(count ?? .max, most)).map { $0 * size })
  }

  /// `count` windows of `size` tokens from places spread evenly over the text; they overlap if it is short.
  package static func spread(
    _ text: String, _ tokenizer: Tokenizer, size: Int, count: Int
  ) throws(EvaluationError) -> [[Int32]] {
    let tokens = tokenizer.encode(text, parseSpecial: false, addBOS: tokenizer.addsBOS)
    let last = tokens.count - size
    guard last >= 0 else { throw .shortText(tokens: tokens.count, window: size) }
    return windows(
      of: tokens, tokenizer, size: size, starts: (0..<count).map { $0 * last / max(1, count - 1) })
  }

  private static func windows(
    of tokens: [Int32], _ tokenizer: Tokenizer, size: Int, starts: [Int]
  ) -> [[Int32]] {
    starts.map { start in
      var window = Array(tokens[start..<start + size])
      if tokenizer.addsBOS, let bos = tokenizer.vocabulary.bos { window[0] = bos }
      return window
    }
  }
}
