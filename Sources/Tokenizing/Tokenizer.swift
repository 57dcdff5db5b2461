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
    // White space behind a control token may have no token of its own.
    let count = vocabulary.swallowsAnySpace ? text.utf8.count { !$0.isSpace } : text.utf8.count
    return (count + longest - 1) / longest
  }

  /// The tokens of a text.
  ///
  /// `parseSpecial` finds control tokens in it: right for a rendered chat template, wrong for text that a user
  /// may have written to look like one. `addBOS` puts the begin token first where the vocabulary has one.
  /// Time is O(n log n) in the length, whatever the text.
  package func encode(_ text: String, parseSpecial: Bool, addBOS: Bool = false) -> [Int32] {
    encode([TextPart(text: text, parsesSpecial: parseSpecial)], addBOS: addBOS)
  }

  /// The tokens of a text of several parts, which are one text but for where control tokens are found.
  package func encode(_ parts: [TextPart], addBOS: Bool = false) -> [Int32] {
    var bytes: [UInt8] = []
    var output: [Int32] = []
    if addBOS, let bos = vocabulary.bos { output.append(bos) }
    var walk = LiteralWalk()
    for part in parts {
      bytes += part.text.utf8
      walk.parts.append((end: bytes.count, parsesSpecial: part.parsesSpecial))
    }
    output.reserveCapacity(bytes.count / 3)
    var scratch = TokenMerger.Scratch(textBytes: bytes.count)
    while let literal = walk.next(in: bytes, literals) {
      encode(bytes, literal.before, &output, &scratch)
      output.append(literal.token)
    }
    encode(bytes, walk.plainStart..<bytes.count, &output, &scratch)
    return output
  }

  /// The tokens of text that goes on after other text: no space of the tokenizer's own goes before it.
  package func encodeRest(_ text: String) -> [Int32] {
    var output: [Int32] = []
    var scratch = TokenMerger.Scratch(textBytes: text.utf8.count)
    model.encode(Array(text.utf8), 0..<text.utf8.count, addingSpace: false, appendingTo: &output, &scratch)
    return output
  }

  private func encode(
    _ bytes: [UInt8], _ range: Range<Int>, _ output: inout [Int32], _ scratch: inout TokenMerger.Scratch
  ) {
    guard !range.isEmpty else { return }
    let addsSpace = model.ownSpace?.goesBefore(bytes, at: range.lowerBound) ?? false
    model.encode(bytes, range, addingSpace: addsSpace, appendingTo: &output, &scratch)
  }

  /// Where in `text`, whose tokens these are, each of them ends, in bytes; nil if they are not its tokens.
  ///
  /// The space of the tokenizer's own takes no bytes of the text, and white space that a control token swallows is that token's.
  package func ends(of tokens: [Int32], in text: [UInt8]) -> [Int]? {
    var (end, begins) = (0, true)
    let ends = tokens.map { token in
      let isLiteral = vocabulary.isLiteral(token)
      let bytes = vocabulary.bytes(of: token)
      let hasOwnSpace = begins && !isLiteral && model.ownSpace?.goesBefore(text, at: end) ?? false
      end += bytes.count - (hasOwnSpace && bytes.first == 0x20 ? 1 : 0)
      if vocabulary.swallowsSpace(token) { while end < text.count, text[end].isSpace { end += 1 } }
      begins = isLiteral
      return end
    }
    return end == text.count ? ends : nil
  }

  /// The text of tokens; bytes that are not UTF-8 become U+FFFD.
  ///
  /// The space that the tokenizer itself puts before a text is taken off again.
  package func decode(_ tokens: [Int32], skipSpecial: Bool = false) -> String {
    var bytes: [UInt8] = []
    for token in tokens where !(skipSpecial && vocabulary.isSpecial(token)) {
      bytes.append(contentsOf: vocabulary.bytes(of: token))
    }
    if model.ownSpace != nil, bytes.first == 0x20 { bytes.removeFirst() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
