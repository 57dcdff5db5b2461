/// What a request is called in the response's `x-request-id` and in the log.
enum RequestID {
  private static let lengths = 1...128
  private static let digitsOf16 = Array("0123456789abcdef".utf8)

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
    var digits: [UInt8] = []
    digits.reserveCapacity(24)
    for bits in [UInt64.random(in: .min ... .max), .random(in: .min ... .max)] {
      for shift in stride(from: 0, to: 48, by: 4) {
        digits.append(digitsOf16[Int(bits >> UInt64(shift) & 15)])
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
