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
    encode(text, range, stage: 0, &output, &scratch)
  }

  /// Cuts a piece of the stages before, whose tokens depend on nothing but its text: what has come before is not cut again.
  private func encode(
    _ text: [UInt8], _ range: Range<Int>, stage: Int, _ output: inout [Int32],
    _ scratch: inout TokenMerger.Scratch
  ) {
    guard stage < preTokenizer.splitter.stageCount else {
      return encodeWord(text.span.extracting(range), &output, &scratch)
    }
    preTokenizer.splitter.split(text, range, stage: stage) { piece in
      guard let place = scratch.words.place(of: piece, in: text, stage: stage) else {
        return encode(text, piece, stage: stage + 1, &output, &scratch)
      }
      if scratch.words.copy(place, of: text, to: &output) { return }
      let firstToken = output.count
      encode(text, piece, stage: stage + 1, &output, &scratch)
      scratch.words.note(place, output, firstToken: firstToken)
    }
  }

  private func encodeWord(
    _ word: Span<UInt8>, _ output: inout [Int32], _ scratch: inout TokenMerger.Scratch
  ) {
    if preTokenizer.takesWholeTokens, let token = table.token(word) {
      output.append(token)
    } else {
      merger.encode(word, appendingTo: &output, &scratch)
    }
  }
}
