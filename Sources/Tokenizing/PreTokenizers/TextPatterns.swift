import GGUF

/// Our own keys for patterns that cut text, which GGUF has names for only: a model folder brings the patterns themselves.
package enum TextPatterns {
  package static let key = "kvota.tokenizer.patterns"
  /// Whether a word that is a token is taken as it is.
  package static let wholeTokensKey = "kvota.tokenizer.takes_whole_tokens"

  /// The pre-tokenizer that a file brings, or else the one that it names.
  static func preTokenizer(_ metadata: Metadata) throws -> PreTokenizer {
    guard let patterns = try metadata.strings(key) else {
      return try PreTokenizers.named(metadata.require("tokenizer.ggml.pre", as: metadata.string))
    }
    let stages = (0..<patterns.count).map { patterns[$0] }
    if let unknown = stages.first(where: { !known.contains($0) }) {
      throw TokenizingError.unknownPattern(unknown)
    }
    return try PreTokenizers.Entry(
      names: [], stages: stages, takesWholeTokens: metadata.bool(wholeTokensKey) ?? false
    ).preTokenizer()
  }

  /// Those of all models in the table: a pattern that somebody made up could take for ever.
  private static let known = Set(PreTokenizers.patterns.flatMap(\.stages))
}
