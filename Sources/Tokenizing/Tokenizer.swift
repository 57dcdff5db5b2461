package import GGUF

/// Text to tokens and back, as the model file says.
///
/// Immutable after `init`, so any number of tasks may use one at once.
package final class Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  /// Whether this model's sequences start with `vocabulary.bos`.
  package let addsBOS: Bool
  private let merger: BytePairMerger
  private let literals: LiteralTokens
  private let preTokenizer: PreTokenizer

  private static let knownModels = ["gpt2"]

  /// Reads `tokenizer.ggml.*`.
  ///
  /// - Throws: `TokenizingError` for a tokenizer of an unknown kind or a malformed one, `GGUFError` for a
  ///   missing key or one of another type.
  package init(metadata: Metadata) throws {
    let model = try metadata.require("tokenizer.ggml.model", as: metadata.string)
    guard Self.knownModels.contains(model) else {
      throw TokenizingError.unknownModel(model, known: Self.knownModels)
    }
    preTokenizer = try PreTokenizers.named(metadata.require("tokenizer.ggml.pre", as: metadata.string))
    vocabulary = try Vocabulary(metadata: metadata)
    merger = try BytePairMerger(
      merges: metadata.require("tokenizer.ggml.merges", as: metadata.strings), tokens: vocabulary.table)
    literals = LiteralTokens(vocabulary)
    addsBOS = (vocabulary.addsBOS ?? preTokenizer.addsBOS) && vocabulary.bos != nil
  }

  /// How many tokens a text has at least, which takes no time to tell: every token covers only so many bytes.
  package func fewestTokens(in text: String) -> Int {
    let longest = max(1, vocabulary.table.longest)
    return (text.utf8.count + longest - 1) / longest
  }

  /// The tokens of a text.
  ///
  /// `parseSpecial` finds control tokens in it: right for a rendered chat template, wrong for text that a user
  /// may have written to look like one. `addBOS` puts the begin token first where the vocabulary has one.
  /// Time is O(n log n) in the length, whatever the text.
  package func encode(_ text: String, parseSpecial: Bool, addBOS: Bool = false) -> [Int32] {
    let bytes = Array(text.utf8)
    var output: [Int32] = []
    output.reserveCapacity(bytes.count / 3)
    if addBOS, let bos = vocabulary.bos { output.append(bos) }
    var scratch = BytePairMerger.Scratch()
    var plainStart = 0
    var index = 0
    while index < bytes.count {
      guard let literal = literals.match(bytes, at: index, parseSpecial: parseSpecial) else {
        index += 1
        continue
      }
      encodePlain(bytes, plainStart..<index, &output, &scratch)
      output.append(literal.token)
      index = literal.end
      plainStart = index
    }
    encodePlain(bytes, plainStart..<bytes.count, &output, &scratch)
    return output
  }

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD.
  package func decode(_ tokens: [Int32], skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens where !(skipSpecial && vocabulary.isSpecial(token)) {
      bytes.append(contentsOf: vocabulary.bytes(of: token))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func encodePlain(
    _ bytes: [UInt8], _ range: Range<Int>, _ output: inout [Int32], _ scratch: inout BytePairMerger.Scratch
  ) {
    let text = ClassifiedText(bytes: bytes, end: range.upperBound)
    var start = range.lowerBound
    while start < range.upperBound {
      let end = preTokenizer.splitter.pieceEnd(in: text, from: start)
      let piece = bytes.span.extracting(start..<end)
      if preTokenizer.takesWholeTokens, let token = vocabulary.table.token(piece) {
        output.append(token)
      } else {
        merger.encode(piece, appendingTo: &output, &scratch)
      }
      start = end
    }
  }
}
