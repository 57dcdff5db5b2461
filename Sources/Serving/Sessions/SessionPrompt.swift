import OpenAIAPI
import Tokenizing

/// Puts a session's own tokens in place of a prompt's first ones, where both are the same text.
///
/// A model may write a text in other tokens than the tokenizer would, and its answer comes back as text. What steers the model
/// (control tokens) must be the same token, not only look like it.
enum SessionPrompt {
  /// The prompt as the session goes on.
  ///
  /// Throws 400 with the position of the first token that the prompt does not go on from. O(tokens).
  static func prompt(
    _ prompt: [Int32], continuing saved: [Int32], of name: String, tokenizer: Tokenizer
  ) throws(APIError) -> [Int32] {
    let same = zip(saved, prompt).prefix { $0 == $1 }.count
    if same == saved.count, same < prompt.count { return prompt }
    let held = units(saved[same...], tokenizer.vocabulary)
    let asked = units(prompt[same...], tokenizer.vocabulary)
    let equal = zip(held, asked).prefix { $0.unit == $1.unit }.count
    guard equal == held.count else {
      guard equal < asked.count else { throw mismatch(name, Self.nothingNew, of: saved.count) }
      let place = "the prompt differs from it at token \(held[equal].token)"
      throw mismatch(name, place, of: saved.count)
    }
    guard let rest = rest(of: prompt, asked, from: equal, tokenizer), !rest.isEmpty else {
      throw mismatch(name, Self.nothingNew, of: saved.count)
    }
    return saved + rest
  }

  /// A byte of text, or a control token as a whole, with the index of its token.
  private typealias Unit = (unit: Int, token: Int)

  private static func units(_ tokens: ArraySlice<Int32>, _ vocabulary: Vocabulary) -> [Unit] {
    var units: [Unit] = []
    for (index, token) in zip(tokens.indices, tokens) {
      if vocabulary.isSpecial(token) {
        units.append((256 + Int(token), index))
      } else {
        for byte in vocabulary.bytes(of: token) { units.append((Int(byte), index)) }
      }
    }
    return units
  }

  /// The prompt's tokens from a unit on; what a token that lies across leaves is cut into tokens anew, if it is text.
  private static func rest(
    of prompt: [Int32], _ units: [Unit], from start: Int, _ tokenizer: Tokenizer
  ) -> [Int32]? {
    guard start < units.count else { return [] }
    let token = units[start].token
    guard start > 0, units[start - 1].token == token else { return Array(prompt[token...]) }
    let bytes = units[start...].prefix { $0.token == token }.map { UInt8(truncatingIfNeeded: $0.unit) }
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    return tokenizer.encodeRest(text) + prompt[(token + 1)...]
  }

  private static let nothingNew =
    "the prompt ends with them or before, or in the middle of a character, so that there is nothing to go on with"

  private static func mismatch(_ name: String, _ what: String, of count: Int) -> APIError {
    .invalidRequest(
      "the session '\(name)' holds \(count) tokens, and \(what); send the whole conversation as the session has it"
        + " and something new, use another name, or delete the session",
      param: "session", code: "session_mismatch")
  }
}
