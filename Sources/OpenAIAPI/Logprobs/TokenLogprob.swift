/// A token as it is named in an answer.
package struct TokenText: Equatable, Sendable {
  /// The token's text; of one that is not UTF-8 by itself `bytes:` and its bytes as `\\xe2`, as at OpenAI.
  package let text: String

  package let bytes: [UInt8]

  /// Whether the bytes are UTF-8 by themselves.
  package let isText: Bool

  /// Names the token that stands for these bytes.
  package init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
    let valid = String(validating: self.bytes, as: UTF8.self)
    isText = valid != nil
    text =
      valid
      ?? self.bytes.reduce(into: "bytes:") { $0 += "\\x" + Self.hexadecimal($1) }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}

/// What the model gave a token that stands in an answer.
package struct TokenLogprob: Equatable, Sendable {
  /// One of the likeliest tokens.
  package struct Ranked: Equatable, Sendable {
    package let token: TokenText
    package let logprob: Float

    package init(token: TokenText, logprob: Float) {
      self.token = token
      self.logprob = logprob
    }
  }

  package let token: TokenText

  /// Natural logarithm of the token's probability; nil for a prompt's first token, which nothing comes before.
  package let logprob: Float?

  /// The likeliest first.
  package let top: [Ranked]

  /// Whole characters (Unicode scalars) of the answer's text before the token.
  package let textOffset: Int

  /// Makes an entry.
  package init(token: TokenText, logprob: Float?, top: [Ranked], textOffset: Int) {
    self.token = token
    self.logprob = logprob
    self.top = top
    self.textOffset = textOffset
  }
}

/// Writes the `logprobs` of a choice, or of a chunk of one, token by token as JSON text.
///
/// Long prompts with many alternatives make megabytes, of which a tree of values would be many times as large.
package protocol LogprobsWriter: Sendable {
  init()
  /// Adds a token.
  mutating func append(_ token: TokenLogprob)
  /// Bytes that are written so far.
  var byteCount: Int { get }
  /// The `logprobs` member.
  var json: JSONValue { get }
}

extension [UInt8] {
  /// Begins another element of a list that is written without its brackets.
  mutating func separate() { if !isEmpty { append(UInt8(ascii: ",")) } }

  /// A list's elements with their brackets.
  var bracketed: [UInt8] { [UInt8(ascii: "[")] + self + [UInt8(ascii: "]")] }
}

extension JSONValue {
  /// A log-probability with no more digits than it has.
  init(_ logprob: Float?) {
    self = logprob.map { .number(Double($0.description) ?? Double($0)) } ?? .null
  }
}
