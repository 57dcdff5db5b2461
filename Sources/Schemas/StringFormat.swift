/// The formats of strings that are kept to, each as a pattern.
struct StringFormat {
  let name: String
  let pattern: String
  /// How many characters such strings have.
  let lengths: ClosedRange<Int>

  static func named(_ name: String, at path: String) throws(SchemaError) -> StringFormat {
    guard let format = all.first(where: { $0.name == name }) else {
      throw SchemaError(
        path.member("format"),
        "the format '\(name.shown)' is not known; known: \(all.map(\.name).joined(separator: ", ")); leave it out, or use 'pattern'"
      )
    }
    return format
  }

  static let all = [
    StringFormat(name: "date", pattern: "^\(date)$", lengths: 10...10),
    StringFormat(name: "time", pattern: "^\(time)$", lengths: 9...24),
    StringFormat(name: "date-time", pattern: "^\(date)T\(time)$", lengths: 20...35),
    StringFormat(name: "duration", pattern: "^\(duration)$", lengths: 3...20),
    StringFormat(name: "email", pattern: "^[a-z0-9]+([._+-][a-z0-9]+){0,4}@\(host)$", lengths: 3...Int.max),
    StringFormat(name: "hostname", pattern: "^\(host)$", lengths: 1...127),
    StringFormat(name: "ipv4", pattern: "^\(byte)(\\.\(byte)){3}$", lengths: 7...15),
    StringFormat(name: "ipv6", pattern: "^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$", lengths: 15...39),
    StringFormat(
      name: "uri", pattern: "^https?://\(host)(:[1-9][0-9]{1,3})?(/[A-Za-z0-9._~-]{0,40}){0,8}$",
      lengths: 8...480),
    StringFormat(name: "uuid", pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", lengths: 36...36),
  ]

  /// Years from 1000, as those before are written differently here and there; the 29th of February in leap years alone (RFC 3339).
  private static let date: String = {
    let year = "[1-9][0-9]{3}"
    let days =
      "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    let leap = "([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)"
    return "(\(year)-\(days)|\(leap)-02-29)"
  }()

  private static let time =
    "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
  private static let duration = "P([0-9]{1,3}D(T\(hours))?|T\(hours))"
  private static let hours = "([0-9]{1,3}H([0-9]{1,2}M([0-9]{1,2}S)?)?|[0-9]{1,3}M([0-9]{1,2}S)?|[0-9]{1,3}S)"
  private static let host = "[a-z0-9]([a-z0-9-]{0,29}[a-z0-9])?(\\.[a-z]([a-z0-9-]{0,29}[a-z0-9])?){0,3}"
  private static let byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
}
