/// What a request is called in the response's `x-request-id` and in the log.
enum RequestID {
  private static let lengths = 1...128

  /// The client's own id if it is sane, else a new one.
  static func choose(_ sent: String?) -> String {
    guard let sent, isSane(sent) else { return "req-" + random() }
    return sent
  }

  /// Whether an id can stand in headers and logs: up to 128 letters, digits, dots, dashes and underscores.
  static func isSane(_ text: String) -> Bool {
    lengths.contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// 24 random hexadecimal digits.
  static func random() -> String {
    (0..<3).map { _ in
      let digits = String(UInt32.random(in: .min ... .max), radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }
}
