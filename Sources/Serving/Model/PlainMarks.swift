import Tokenizing

/// Marks places in a text that must stay text although they look like control tokens.
///
/// The marks are two noncharacters of Unicode, which no text may hold in interchange; in what people write they
/// become U+FFFD, like the others of their block. All work is on bytes, as tokenizers do it: by characters, a combining mark behind a control
/// token's text would hide it.
struct PlainMarks: Sendable {
  /// U+FDD0 and U+FDD1, which Swift takes in no literal.
  private static let start = [0xEF, 0xB7, 0x90] as [UInt8]
  private static let end = [0xEF, 0xB7, 0x91] as [UInt8]
  /// What all noncharacters from U+FDD0 to U+FDEF start with, and what their third byte is.
  private static let noncharacter = [0xEF, 0xB7] as [UInt8]
  private static let thirdBytes = 0x90...0xAF as ClosedRange<UInt8>
  private static let replacement = Array("\u{FFFD}".utf8)

  /// The longest counts, so that one which begins like another is found.
  private let controlTexts: TextTrie

  init(controlTexts: [String]) {
    var texts = TextTrie()
    for text in controlTexts { texts.insert(text.utf8, 0) }
    self.controlTexts = texts
  }

  /// The text with every control token's text in it marked; most texts hold none and stay as they are.
  func mark(_ text: String) -> String {
    let input = Array(text.utf8)
    var output: [UInt8] = []
    var index = 0
    while index < input.count {
      if let found = controlTexts.match(input, at: index) {
        output += Self.start + input[index..<found.end] + Self.end
        index = found.end
      } else if Self.isNoncharacter(input[index...]) {
        output += Self.replacement
        index += Self.start.count
      } else {
        output.append(input[index])
        index += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func isNoncharacter(_ text: ArraySlice<UInt8>) -> Bool {
    text.count >= markBytes && text.starts(with: noncharacter)
      && thirdBytes.contains(text[text.startIndex + 2])
  }

  /// Bytes of a mark.
  static let markBytes = 3

  /// Whether a text starts with a mark.
  static func isMark(_ text: ArraySlice<UInt8>) -> Bool { text.starts(with: start) || text.starts(with: end) }

  /// The parts of a text that marked texts were put into, without the marks.
  static func parts(_ text: String) -> [TextPart] {
    var parts: [TextPart] = []
    var current: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.first {
      if isMark(rest) {
        let isStart = rest.starts(with: start)
        if !current.isEmpty {
          parts.append(TextPart(text: String(decoding: current, as: UTF8.self), parsesSpecial: isStart))
        }
        current = []
        rest = rest.dropFirst(start.count)
      } else {
        current.append(byte)
        rest = rest.dropFirst()
      }
    }
    if !current.isEmpty {
      parts.append(TextPart(text: String(decoding: current, as: UTF8.self), parsesSpecial: true))
    }
    return parts
  }
}
