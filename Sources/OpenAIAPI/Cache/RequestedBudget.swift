/// How much of a request may stay in its KV cache, as the client says it.
///
/// In text: `512` slots for each layer and KV head, `0.5` or `50%` of the prompt, `64MiB` in all.
package enum RequestedBudget: Equatable, Sendable {
  /// Slots for each layer and KV head, from 1.
  case slots(Int)

  /// A share of the prompt's tokens, above 0 and below 1.
  case ratio(Double)

  /// Bytes of the whole cache, from 1.
  case bytes(Int)

  static let allowed = "slots (512), a share of the prompt (0.5 or \"50%\") or bytes (\"64MiB\")"

  static func read(_ fields: inout FieldReader, _ name: String) throws(APIError) -> RequestedBudget? {
    guard let value = fields.value(name) else { return nil }
    return try RequestedBudget(value, path: fields.path(name))
  }

  init(_ value: JSONValue, path: String) throws(APIError) {
    let budget: RequestedBudget? =
      switch value {
      case .integer(let slots): slots >= 1 ? .slots(slots) : nil
      case .number(let number): RequestedBudget(number: number)
      case .string(let text): RequestedBudget(text)
      default: throw .wrongType(path, RequestedBudget.allowed, value)
      }
    guard let budget else {
      throw .outOfRange(path, value, RequestedBudget.allowed + "; to keep all use the policy 'full'")
    }
    self = budget
  }

  /// The longest text: more digits than any budget needs would be echoed with the model's name in every chunk.
  private static let textBytes = 32

  /// Reads a budget's text form, nil if it is not one.
  package init?(_ text: String) {
    guard text.utf8.count <= RequestedBudget.textBytes else { return nil }
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(number.count)
    switch unit {
    case "":
      if let slots = Int(number) {
        guard slots >= 1 else { return nil }
        self = .slots(slots)
      } else {
        guard let value = Double(number), let budget = RequestedBudget(number: value) else { return nil }
        self = budget
      }
    case "%":
      guard let percent = Double(number), percent > 0, percent < 100 else { return nil }
      self = .ratio(percent / 100)
    default:
      guard let count = Int(number), count >= 1, let size = RequestedBudget.unitBytes[String(unit)] else {
        return nil
      }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      self = .bytes(bytes)
    }
  }

  private static let unitBytes = [
    "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
  ]

  /// Below 1 a share; from 2 slots, if whole.
  ///
  /// `1.0` could be either, so it is neither.
  private init?(number: Double) {
    if number > 0, number < 1 {
      self = .ratio(number)
    } else if number >= 2, let slots = Int(exactly: number) {
      self = .slots(slots)
    } else {
      return nil
    }
  }
}
