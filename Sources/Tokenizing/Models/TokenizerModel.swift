import GGUF

/// How plain text becomes tokens: one kind for each value of `tokenizer.ggml.model`.
protocol TokenizerModel: Sendable {
  /// Whether sequences start with the begin token when the file does not say.
  var addsBOS: Bool { get }
  /// Nil if there is none.
  var ownSpace: OwnSpace? { get }

  /// Appends the tokens of `text[range]`, UTF-8 without literal tokens.
  ///
  /// With `addingSpace` a space of the tokenizer's own goes before it. O(n log n), whatever the text.
  func encode(
    _ text: [UInt8], _ range: Range<Int>, addingSpace: Bool, appendingTo output: inout [Int32],
    _ scratch: inout TokenMerger.Scratch)
}

/// The table of known kinds: a new one is a line here.
enum TokenizerModels {
  static let all:
    [(
      name: String, writing: TokenWriting, make: @Sendable (Metadata, Vocabulary) throws -> any TokenizerModel
    )] = [
      ("gpt2", .byteAlphabet, { try BytePairModel($0, $1) }),
      ("llama", .sentencePiece, { try SentencePieceModel($0, $1) }),
    ]

  static var names: [String] { all.map(\.name) }
}

/// How a file writes the texts of its tokens.
enum TokenWriting: Sendable {
  /// Every byte as a visible character.
  case byteAlphabet
  /// U+2581 for the space, `<0x0A>` for a byte.
  case sentencePiece
}
