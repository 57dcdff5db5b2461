import GGUF

/// Byte-level byte-pair encoding, as in GPT-2: words, cut by a pattern, whose bytes merge.
struct BytePairModel: TokenizerModel {
  private let preTokenizer: PreTokenizer
  private let merger: BytePairMerger
  private let table: TokenTable
  let ownSpace: OwnSpace? = nil

  /// Reads `tokenizer.ggml.pre`, or the patterns themselves, and `.merges`.
  init(_ metadata: Metadata, _ vocabulary: Vocabulary) throws {
    preTokenizer = try TextPatterns.preTokenizer(metadata)
    merger = try BytePairMerger(
      merges: metadata.require("tokenizer.ggml.merges", as: metadata.strings), tokens: vocabulary.table)
    table = vocabulary.table
  }

  var addsBOS: Bool { preTokenizer.addsBOS }

  func encode(
    _ text: [UInt8], _ range: Range<Int>, addingSpace: Bool, appendingTo output: inout [Int32],
    _ scratch: inout TokenMerger.Scratch
  ) {
    preTokenizer.splitter.split(text, range) { piece in
      if scratch.words.copy(piece, of: text, to: &output) { return }
      let word = text.span.extracting(piece)
      let firstToken = output.count
      if preTokenizer.takesWholeTokens, let token = table.token(word) {
        output.append(token)
      } else {
        merger.encode(word, appendingTo: &output, &scratch)
      }
      scratch.words.note(piece, output, firstToken: firstToken)
    }
  }
}
