import GGUF

/// Literal tokens that take the white space behind them (`rstrip` in a `tokenizer.json`).
package enum SwallowingTokens {
  /// Our own key for their numbers: GGUF has none.
  package static let key = "kvota.tokenizer.swallowing_token_ids"

  /// Those that the file names, or else those that are known of its model.
  static func of(_ metadata: Metadata, _ tokens: StringArray, _ kinds: [TokenKind]) throws -> Set<Int32> {
    if let named = try metadata.integers(key) { return Set(named.map { Int32(clamping: $0) }) }
    guard try isPhi3(metadata) else { return [] }
    let others: Set = ["<unk>", "<s>", "<|endoftext|>"]
    return Set(
      kinds.indices.filter { kinds[$0].isLiteral && !others.contains(tokens[$0]) }.map { Int32($0) })
  }

  /// Phi-3's conversions lose the property, so llama.cpp knows these models by their name, and so do we.
  private static func isPhi3(_ metadata: Metadata) throws -> Bool {
    let name = try metadata.string("general.name")?.lowercased() ?? ""
    return name.contains("phi-3") || name.contains("phi3")
  }
}
