/// A SentencePiece vocabulary: `<unk>`, `<s>`, `</s>`, the 256 bytes from token 3 on, then `pieces` with their scores.
package enum TinySentencePieces {
  /// U+2581 in `pieces` is a space.
  package static let pieces: [(text: String, score: Float)] = [
    ("▁", -20), ("h", -21), ("e", -22), ("l", -23), ("o", -24), ("a", -25), ("é", -26), ("日", -27),
    ("ll", -1), ("he", -2), ("hell", -3), ("hello", -4), ("▁hello", -5), ("aa", -6), ("ao", -6), ("▁▁", -7),
    ("▁a", -8), ("xy", -9), ("xyl", -10),
  ]

  /// The number of a piece.
  package static func token(_ text: String) -> Int32? {
    pieces.firstIndex { $0.text == text }.map { Int32($0 + 259) }
  }

  package static func metadata(addsSpace: Bool? = nil) -> GGUFBuilder {
    let bytes = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return "<0x\(digits.count < 2 ? "0" : "")\(digits)>"
    }
    var builder = GGUFBuilder(metadata: [
      ("tokenizer.ggml.model", .string("llama")), ("tokenizer.ggml.pre", .string("default")),
      ("tokenizer.ggml.tokens", .strings(["<unk>", "<s>", "</s>"] + bytes + pieces.map(\.text))),
      ("tokenizer.ggml.scores", .float32s([Float](repeating: 0, count: 259) + pieces.map(\.score))),
      (
        "tokenizer.ggml.token_type",
        .int32s([2, 3, 3] + [Int32](repeating: 6, count: 256) + pieces.map { _ in 1 })
      ),
      ("tokenizer.ggml.bos_token_id", .uint32(1)), ("tokenizer.ggml.eos_token_id", .uint32(2)),
      ("tokenizer.ggml.unknown_token_id", .uint32(0)),
    ])
    if let addsSpace { builder.metadata.append(("tokenizer.ggml.add_space_prefix", .bool(addsSpace))) }
    return builder
  }
}
