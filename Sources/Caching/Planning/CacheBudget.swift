/// How much cache a request may keep: the B of the policies.
package enum CacheBudget: Sendable, Equatable {
  /// Slots in every (layer, KV head).
  case slots(Int)
  /// A share of the prompt's tokens, above 0 and at most 1; in `generated` scope, of the tokens that may be generated.
  case ratio(Double)
  /// The bytes that the sequence may hold at its peak, all layers and heads together, bookkeeping included.
  case bytes(Int)

  /// Reads a budget as users write it: `512` (slots), `0.5` or `50%` (ratio), `64MiB` (bytes).
  ///
  /// Units are `B`, `KiB`, `MiB` and `GiB`; signs, spaces, exponents and digits after the point of a byte count are refused.
  /// - Throws: `CacheError.invalidBudget`.
  package init(parsing text: String) throws(CacheError) {
    guard let budget = Self.parse(text), budget.isPossible else { throw .invalidBudget(text) }
    self = budget
  }

  /// Whether the number is positive, and a ratio at most 1.
  var isPossible: Bool {
    switch self {
    case .slots(let count), .bytes(let count): count > 0
    case .ratio(let ratio): ratio > 0 && ratio <= 1
    }
  }

  private static let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("B", 1)]

  private static func parse(_ text: String) -> CacheBudget? {
    if text.hasSuffix("%") { return decimal(text.dropLast()).map { .ratio($0 / 100) } }
    for (unit, size) in units where text.hasSuffix(unit) {
      guard let count = whole(text.dropLast(unit.count)) else { return nil }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
      return overflow ? nil : .bytes(bytes)
    }
    if text.contains(".") { return decimal(text[...]).map(CacheBudget.ratio) }
    return whole(text[...]).map(CacheBudget.slots)
  }

  private static func whole(_ text: Substring) -> Int? {
    text.utf8.allSatisfy(isDigit) ? Int(text) : nil
  }

  private static func decimal(_ text: Substring) -> Double? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isDigit) })
    else {
      return nil
    }
    return Double(text)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

/// Which tokens a budget counts; in brackets EasyKV's name of the mode.
package enum BudgetScope: String, Sendable, Equatable, CaseIterable {
  /// Prompt and generated tokens alike (`auto`).
  case total
  /// Generated tokens only; the prompt is kept whole (`decoding`).
  case generated
  /// The prompt only; generated tokens are all kept (`encoding`).
  case prefill
}
