/// Why a body is not JSON that we take, and at which byte.
package struct JSONError: Error, Equatable, CustomStringConvertible {
  /// What was wrong.
  package enum Reason: Equatable, Sendable {
    case unexpectedEnd
    case unexpectedByte(UInt8, expected: String)
    case trailingBytes
    case tooDeep(limit: Int)
    case duplicateName(String)
    case badEscape
    case controlCharacter
    case invalidUTF8
    case tooManyMarks(limit: Int)
    case numberOutOfRange(String)
  }

  /// What was wrong.
  package let reason: Reason

  /// The offset of the offending byte, counted from 0.
  package let offset: Int

  /// What was wrong, where, and what was expected.
  package var description: String { "\(explanation) at byte \(offset)" + (advice.map { "; \($0)" } ?? "") }

  private var advice: String? {
    switch reason {
    case .trailingBytes: "send exactly one"
    case .duplicateName: "send it once"
    case .controlCharacter: "write it as an escape such as \\n"
    default: nil
    }
  }

  private var explanation: String {
    switch reason {
    case .unexpectedEnd: "the JSON ends too early"
    case .unexpectedByte(let byte, let expected):
      "found \(JSONError.show(byte)) where \(expected) was expected"
    case .trailingBytes: "there is more after the JSON value"
    case .tooDeep(let limit): "the JSON nests deeper than \(limit) levels"
    case .duplicateName(let name): "the member '\(name)' appears twice in one object, the second time"
    case .badEscape: "a string holds an escape that JSON does not know"
    case .controlCharacter: "a string holds a bare control character"
    case .invalidUTF8: "the text is not valid UTF-8"
    case .tooManyMarks(let limit): "more than \(limit) combining marks in a row are in the string that begins"
    case .numberOutOfRange(let text): "the number \(text) is too large"
    }
  }

  private static func show(_ byte: UInt8) -> String {
    (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }
}
