/// What sessions may be called: names that are file names everywhere.
package enum SessionName {
  private static let lengths = 1...128

  /// Whether a text is 1 to 128 letters, digits, dots, underscores and dashes, not beginning with a dot.
  package static func isValid(_ text: String) -> Bool {
    lengths.contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  static func read(_ fields: inout FieldReader, _ name: String) throws(APIError) -> String? {
    guard let text = try fields.string(name) else { return nil }
    guard isValid(text) else {
      throw .outOfRange(
        fields.path(name), .string(text),
        "a name of 1 to 128 letters, digits, '.', '_' and '-' that does not begin with '.'")
    }
    return text
  }
}
