import Grammars

/// How characters are written within a JSON string.
enum JSONText {
  /// What stands for itself (RFC 8259, section 7).
  static let plain = ScalarSet([0x20...0x21, 0x23...0x5B, 0x5D...0x10FFFF])

  /// Every escape; surrogates only as pairs.
  static let anyEscape: Expression = {
    let hex = set("0123456789abcdefABCDEF")
    let high = Expression.sequence([set("dD"), set("89abAB"), hex, hex])
    let low = Expression.sequence([set("dD"), set("cdefCDEF"), hex, hex])
    let other = Expression.choice([
      .sequence([set("0123456789abcefABCEF"), hex, hex, hex]),
      .sequence([set("dD"), set("01234567"), hex, hex]),
    ])
    return .sequence([
      .text("\\"),
      .choice([
        set("\"\\/bfnrt"),
        .sequence([.text("u"), .choice([other, .sequence([high, .text("\\u"), low])])]),
      ]),
    ])
  }()

  /// One character of a set, each written in one way; its parts are counted.
  static func expression(
    _ scalars: ScalarSet, _ cost: inout GrammarCost
  ) throws(GrammarError) -> Expression {
    let plain = scalars.intersection(plain)
    var choices = plain.ranges.isEmpty ? [] : [try plain.utf8(&cost)]
    for escaped in Array(0..<0x20) + [0x22, 0x5C] as [UInt32] {
      guard let scalar = Unicode.Scalar(escaped), scalars.contains(scalar) else { continue }
      let escape = escape(scalar)
      try cost.add(parts: 1 + escape.utf8.count)
      choices.append(.text(escape))
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": return "\\\(scalar)"
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }

  /// One of the ASCII characters of a text.
  static func set(_ characters: String) -> Expression {
    var set = ByteSet()
    for byte in characters.utf8 { set.insert(byte) }
    return .bytes(set)
  }
}
