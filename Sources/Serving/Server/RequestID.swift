import Synchronization

/// What a request is called in the response's `x-request-id` and in the log.
enum RequestID {
  private static let lengths = 1...128
  private static let digitsOf16 = Array("0123456789abcdef".utf8)

  /// The client's own id if it is sane, else a new one.
  static func choose(_ sent: String?) -> String {
    guard let sent, isSane(sent) else { return make("req-") }
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

  /// A new id: behind `prefix` 24 hexadecimal digits, of which 8 are the process's own, and the other 16 come only once in it.
  ///
  /// Each number from the system is a call to it; this is SplitMix64 (Steele, Lea and Flood, 2014), which goes through all numbers from
  /// a random one on.
  static func make(_ prefix: String) -> String {
    var bits = state.wrappingAdd(0x9e37_79b9_7f4a_7c15, ordering: .relaxed).newValue
    bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
    bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
    bits ^= bits >> 31
    var id: [UInt8] = []
    id.reserveCapacity(prefix.utf8.count + 24)
    id += prefix.utf8
    id += process
    for shift in stride(from: UInt64(0), to: 64, by: 4) { id.append(digitsOf16[Int(bits >> shift & 15)]) }
    return String(decoding: id, as: UTF8.self)
  }

  private static let process = (0..<8).map { _ in digitsOf16[Int.random(in: 0..<16)] }
  private static let state = Atomic(UInt64.random(in: .min ... .max))
}
