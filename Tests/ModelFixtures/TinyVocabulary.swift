/// A byte-pair vocabulary of 267 tokens: enough for every text, and for every kind of token.
package enum TinyVocabulary {
  /// Byte `b` is token `b`; then come the merged tokens, then `<s>` (263), `<s>>`, `<mine>` (no control token), `</s>` (266).
  package static func metadata(_ pre: String = "gpt-2") -> GGUFBuilder {
    let merged = ["he", "ll", "hell", "hello", "Ġhello", "lo", "ab"]
    let tokens = byteCharacters + merged + ["<s>", "<s>>", "<mine>", "</s>"]
    let kinds = [Int32](repeating: 1, count: 256 + merged.count) + [3, 3, 4, 3]
    return GGUFBuilder(metadata: [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(pre)),
      ("tokenizer.ggml.tokens", .strings(tokens)), ("tokenizer.ggml.token_type", .int32s(kinds)),
      ("tokenizer.ggml.merges", .strings(["l l", "h e", "he ll", "l o", "hell o", "Ġ hello", "a b"])),
      ("tokenizer.ggml.bos_token_id", .uint32(263)), ("tokenizer.ggml.eos_token_id", .uint32(266)),
    ])
  }

  /// The byte alphabet by its definition: visible Latin-1 bytes are themselves, the others follow from U+0100.
  package static let byteCharacters: [String] = {
    var hidden: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      let isVisible = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { hidden += isVisible ? 0 : 1 }
      return String(Unicode.Scalar(isVisible ? byte : hidden).map(Character.init) ?? "?")
    }
  }()
}
