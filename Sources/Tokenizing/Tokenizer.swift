package import GGUF

/// Text to tokens and back, as the model file says.
///
/// Immutable after `init`, so any number of tasks may use one at once.
package final class Tokenizer: Sendable {
  package let vocabulary: Vocabulary
  /// Whether this model's sequences start with `vocabulary.bos`.
  package let addsBOS: Bool
  private let model: any TokenizerModel
  private let literals: LiteralTokens

  /// Reads `tokenizer.ggml.*`.
  ///
  /// - Throws: `TokenizingError` for a tokenizer of an unknown kind or a malformed one, `GGUFError` for a
  ///   missing key or one of another type.
  package init(metadata: Metadata) throws {
    let name = try metadata.require("tokenizer.ggml.model", as: metadata.string)
    guard let kind = TokenizerModels.all.first(where: { $0.name == name }) else {
      throw TokenizingError.unknownModel(name, known: TokenizerModels.names)
    }
    vocabulary = try Vocabulary(metadata: metadata, writing: kind.writing)
    model = try kind.make(metadata, vocabulary)
    literals = LiteralTokens(vocabulary)
    addsBOS = (vocabulary.addsBOS ?? model.addsBOS) && vocabulary.bos != nil
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
    var scratch = TokenMerger.Scratch()
    var plainStart = 0
    var index = 0
    while index < bytes.count {
      guard let literal = literals.match(bytes, at: index, parseSpecial: parseSpecial) else {
        index += 1
        continue
      }
      model.encode(bytes, plainStart..<index, appendingTo: &output, &scratch)
      output.append(literal.token)
      index = literal.end
      plainStart = index
    }
    model.encode(bytes, plainStart..<bytes.count, appendingTo: &output, &scratch)
    return output
  }

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD.
  ///
  /// The space that the tokenizer itself puts before a text is taken off again.
  package func decode(_ tokens: [Int32], skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens where !(skipSpecial && vocabulary.isSpecial(token)) {
      bytes.append(contentsOf: vocabulary.bytes(of: token))
    }
    if model.addsSpace, bytes.first == 0x20 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
