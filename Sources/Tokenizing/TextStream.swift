/// Tokens to text as they come: only whole characters are given out.
///
/// A character's bytes may be spread over several tokens; they are held back until it is complete or cannot
/// become a character any more. All pieces together equal `String(decoding:)` of all bytes.
package struct TextStream: Sendable {
  private let vocabulary: Vocabulary
  private let skipSpecial: Bool
  private let shownSpecial: Set<String>
  /// Bytes not given out yet.
  private var pending: [UInt8] = []

  /// Follows tokens; control tokens have no text if `skipSpecial`, but for those whose text is in `shownSpecial`.
  package init(_ tokenizer: Tokenizer, skipSpecial: Bool, shownSpecial: Set<String> = []) {
    vocabulary = tokenizer.vocabulary
    self.skipSpecial = skipSpecial
    self.shownSpecial = shownSpecial
  }

  /// Whether nothing of what has come is held back.
  package var isWhole: Bool { pending.isEmpty }

  /// The text that this token completes; may be empty.
  package mutating func push(_ token: Int32) -> String {
    guard !isSkipped(token) else { return "" }
    pending.append(contentsOf: vocabulary.bytes(of: token))
    let held = Self.unfinishedCount(pending)
    let text = String(decoding: pending.dropLast(held), as: UTF8.self)
    pending.removeFirst(pending.count - held)
    return text
  }

  private func isSkipped(_ token: Int32) -> Bool {
    skipSpecial && vocabulary.isSpecial(token)
      && (shownSpecial.isEmpty || !shownSpecial.contains(vocabulary.text(of: token)))
  }

  /// The rest: U+FFFD where a character stayed unfinished.
  package mutating func finish() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes at the end may still become a character: 0 to 3.
  private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let lead = bytes[bytes.count - count]
      if lead & 0xC0 == 0x80 { continue }
      let second = count > 1 ? bytes[bytes.count - count + 1] : nil
      return isPrefix(lead, second) && count < sequenceLength(lead) ? count : 0
    }
    return 0
  }

  private static func sequenceLength(_ lead: UInt8) -> Int {
    switch lead {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }

  /// Whether the second byte fits the first: table 3-7 of the Unicode standard, chapter 3.9.
  private static func isPrefix(_ lead: UInt8, _ second: UInt8?) -> Bool {
    guard let second else { return true }
    switch lead {
    case 0xE0: return second >= 0xA0
    case 0xED: return second <= 0x9F
    case 0xF0: return second >= 0x90
    case 0xF4: return second <= 0x8F
    default: return true
    }
  }
}
