import GGUF

/// What a token is for, by its number in the file.
package enum TokenKind: Int, Sendable {
  case undefined, normal, unknown, control, userDefined, unused, byte

  /// Has its text as it is, not in the byte alphabet, and is found as a whole in text.
  var isLiteral: Bool { self == .unknown || self == .control || self == .userDefined }
  /// Merges may lead to it.
  var isMergeable: Bool { !isLiteral && self != .byte }
}

/// The tokens of a model and their parts to play.
package struct Vocabulary: Sendable {
  let table: TokenTable
  let kinds: [TokenKind]
  private let endsGeneration: [Bool]
  private let swallowing: Set<Int32>
  /// Begin of sequence.
  package let bos: Int32?
  /// End of sequence.
  package let eos: Int32?
  /// End of a turn in a conversation.
  package let eot: Int32?
  package let unknown: Int32?
  package let padding: Int32?
  /// Whether the file says that sequences start with `bos`; nil when it says nothing.
  package let addsBOS: Bool?

  /// Texts of tokens that end an answer in known models, whether or not the file names them as such.
  private static let endTexts: Set<String> = [
    "<|endoftext|>", "<|im_end|>", "<|end|>", "<|end_of_text|>", "<|eot_id|>", "<|eom_id|>", "<end_of_turn>",
    "<EOT>", "</s>",
  ]

  /// Reads `tokenizer.ggml.*`, whose tokens are written as `writing` says.
  ///
  /// - Throws: `GGUFError` for a missing key or one of another type, else `TokenizingError`.
  init(metadata: Metadata, writing: TokenWriting) throws {
    let tokens = try metadata.require("tokenizer.ggml.tokens", as: metadata.strings)
    guard (1...Int(Int32.max)).contains(tokens.count) else {
      throw TokenizingError.malformed(found: "\(tokens.count) tokens", expected: "1 to \(Int32.max)")
    }
    var kinds = try Self.kinds(metadata, count: tokens.count)
    if writing == .sentencePiece { Self.mergeSpaces(tokens, &kinds) }
    self.kinds = kinds
    table = try Self.table(tokens, kinds, writing)
    bos = try Self.token("bos", metadata, tokens.count)
    eos = try Self.token("eos", metadata, tokens.count)
    eot = try Self.token("eot", metadata, tokens.count)
    unknown = try Self.token("unknown", metadata, tokens.count)
    padding = try Self.token("padding", metadata, tokens.count)
    addsBOS = try metadata.bool("tokenizer.ggml.add_bos_token")
    let eom = try Self.token("eom", metadata, tokens.count)
    var endsGeneration = [Bool](repeating: false, count: tokens.count)
    for token in [eos, eot, eom] { if let token { endsGeneration[Int(token)] = true } }
    for token in kinds.indices where kinds[token].isLiteral && Self.endTexts.contains(tokens[token]) {
      endsGeneration[token] = true
    }
    self.endsGeneration = endsGeneration
    swallowing = try SwallowingTokens.of(metadata, tokens, kinds)
  }

  package var count: Int { kinds.count }

  /// The tokens that merges may lead to.
  var mergeable: some Sequence<Int> { kinds.indices.lazy.filter { kinds[$0].isMergeable } }

  /// The bytes that a token stands for; empty when there is no such token.
  package func bytes(of token: Int32) -> ArraySlice<UInt8> { contains(token) ? table[Int(token)] : [] }

  /// A token's bytes as text, such as a chat template's `bos_token`; a part of a character becomes U+FFFD.
  package func text(of token: Int32) -> String { String(decoding: bytes(of: token), as: UTF8.self) }

  /// Whether an answer ends with this token.
  package func isEndOfGeneration(_ token: Int32) -> Bool { contains(token) && endsGeneration[Int(token)] }

  /// Whether a token steers the model and is no text of its own.
  package func isSpecial(_ token: Int32) -> Bool {
    contains(token) && (kinds[Int(token)] == .control || kinds[Int(token)] == .unknown)
  }

  /// Whether a token stands in text as it is, and is found there as a whole.
  func isLiteral(_ token: Int32) -> Bool { contains(token) && kinds[Int(token)].isLiteral }

  /// Whether a literal token takes the white space behind it, which then has no tokens.
  func swallowsSpace(_ token: Int32) -> Bool { swallowing.contains(token) }

  var swallowsAnySpace: Bool { !swallowing.isEmpty }

  package func contains(_ token: Int32) -> Bool { token >= 0 && Int(token) < count }

  private static func kinds(_ metadata: Metadata, count: Int) throws -> [TokenKind] {
    let key = "tokenizer.ggml.token_type"
    guard let numbers = try metadata.integers(key) else { return Array(repeating: .normal, count: count) }
    guard numbers.count == count else {
      throw TokenizingError.malformed(found: "\(numbers.count) values in \(key)", expected: "\(count)")
    }
    return try numbers.map { number in
      guard let kind = TokenKind(rawValue: number) else {
        throw TokenizingError.malformed(found: "\(number) in \(key)", expected: "0 to 6")
      }
      return kind
    }
  }

  /// Runs of spaces that a file calls user-defined are reached by merges, like all that has spaces in it.
  private static func mergeSpaces(_ tokens: StringArray, _ kinds: inout [TokenKind]) {
    for token in kinds.indices where kinds[token] == .userDefined && tokens[token].contains("\u{2581}") {
      kinds[token] = .normal
    }
  }

  /// Of what a token may stand for: in known vocabularies it is some hundred, and how SentencePiece's tokens are taken apart takes its square.
  private static let mostTokenBytes = 4096

  private static func table(
    _ tokens: StringArray, _ kinds: [TokenKind], _ writing: TokenWriting
  ) throws(TokenizingError) -> TokenTable {
    let alphabet = ByteAlphabet()
    var table = TokenTable(capacity: tokens.count)
    for token in kinds.indices {
      let kind = kinds[token]
      try tokens.withUTF8(token) { text throws(TokenizingError) in
        try table.append(isSearchable: kind.isMergeable) { bytes throws(TokenizingError) in
          switch writing {
          case .byteAlphabet where !kind.isLiteral:
            if alphabet.decode(text, 0..<text.count, appendingTo: &bytes) { return }
            for index in text.indices { bytes.append(text[index]) }
          case .sentencePiece where kind == .byte: bytes.append(try byte(text, token))
          case .sentencePiece where !kind.isLiteral: appendWithSpaces(text, to: &bytes)
          default: for index in text.indices { bytes.append(text[index]) }
          }
        }
      }
      guard table[token].count <= mostTokenBytes else {
        throw .malformed(
          found: "\(table[token].count) bytes of token \(token)", expected: "at most \(mostTokenBytes)")
      }
    }
    return table
  }

  /// The byte that a token like `<0x0A>` stands for.
  private static func byte(_ text: Span<UInt8>, _ token: Int) throws(TokenizingError) -> UInt8 {
    var digits = ""
    for index in text.indices { digits.unicodeScalars.append(Unicode.Scalar(text[index])) }
    guard digits.hasPrefix("<0x"), digits.hasSuffix(">"), digits.utf8.count == 6,
      let byte = UInt8(digits.dropFirst(3).dropLast(), radix: 16)
    else {
      throw .malformed(found: "token \(token), '\(digits)', of the kind byte", expected: "one like <0x0A>")
    }
    return byte
  }

  /// Appends a text in which U+2581 stands for the space.
  private static func appendWithSpaces(_ text: Span<UInt8>, to bytes: inout [UInt8]) {
    var index = 0
    while index < text.count {
      if index + 2 < text.count, text[index] == 0xE2, text[index + 1] == 0x96, text[index + 2] == 0x81 {
        bytes.append(0x20)
        index += 3
      } else {
        bytes.append(text[index])
        index += 1
      }
    }
  }

  private static func token(_ name: String, _ metadata: Metadata, _ count: Int) throws -> Int32? {
    let key = "tokenizer.ggml.\(name)_token_id"
    guard let token = try metadata.integer(key) else { return nil }
    guard token < count else {
      throw TokenizingError.malformed(found: "\(key) \(token)", expected: "less than the \(count) tokens")
    }
    return Int32(token)
  }
}
