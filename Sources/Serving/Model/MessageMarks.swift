import OpenAIAPI

/// Marks where messages begin and end, so that they can be found in the text that a template makes of them.
///
/// A mark is U+FDD2 and the message's number in digits of base 16, which are U+FDE0 to U+FDEF: noncharacters like those of
/// `PlainMarks`, which no message holds once that has been over it.
enum MessageMarks {
  static let lead = [0xEF, 0xB7, 0x92] as [UInt8]
  private static let zero = 0xA0 as UInt8

  /// The text between two marks, which leave white space outside: templates trim it.
  static func mark(_ text: String, message: Int) -> String {
    let scalars = text.unicodeScalars
    let isText = { (scalar: Unicode.Scalar) in !scalar.properties.isWhitespace }
    guard let first = scalars.firstIndex(where: isText), let last = scalars.lastIndex(where: isText) else {
      return text
    }
    let end = scalars.index(after: last)
    let mark = String(decoding: bytes(message), as: UTF8.self)
    return String(scalars[..<first]) + mark + String(scalars[first..<end]) + mark + String(scalars[end...])
  }

  private static func bytes(_ message: Int) -> [UInt8] {
    lead + String(message, radix: 16).utf8.flatMap { [0xEF, 0xB7, zero + UInt8(digit: $0)] }
  }

  /// The digit that a text starts with, if it starts with one.
  static func digit(_ text: ArraySlice<UInt8>) -> Int? {
    guard text.count >= lead.count, text.starts(with: lead.dropLast()) else { return nil }
    let digit = Int(text[text.startIndex + 2]) - Int(zero)
    return (0..<16).contains(digit) ? digit : nil
  }
}

extension UInt8 {
  /// The value of an ASCII digit of base 16, in lower case.
  fileprivate init(digit: UInt8) {
    self = digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
  }
}

/// A text that messages with marks were put into, and what the marks tell.
struct MarkedText {
  /// Marks of one message with none of another between them.
  struct Run: Equatable {
    let message: Int
    /// From the first to the last mark, in bytes of the text without any marks.
    var bytes: Range<Int>
  }

  /// The text without these marks; those of `PlainMarks` are still there.
  let text: [UInt8]
  let runs: [Run]

  init(_ marked: String) {
    var text: [UInt8] = []
    var runs: [Run] = []
    var plainMarkBytes = 0
    var rest = Array(marked.utf8)[...]
    while let byte = rest.first {
      if rest.starts(with: MessageMarks.lead) {
        rest = rest.dropFirst(MessageMarks.lead.count)
        var message = 0
        while let digit = MessageMarks.digit(rest) {
          message = message &* 16 &+ digit
          rest = rest.dropFirst(MessageMarks.lead.count)
        }
        let offset = text.count - plainMarkBytes
        if let last = runs.last, last.message == message {
          runs[runs.count - 1].bytes = last.bytes.lowerBound..<offset
        } else {
          runs.append(Run(message: message, bytes: offset..<offset))
        }
      } else {
        if PlainMarks.isMark(rest) { plainMarkBytes += PlainMarks.markBytes }
        text.append(byte)
        rest = rest.dropFirst()
      }
    }
    self.text = text
    self.runs = runs
  }
}
