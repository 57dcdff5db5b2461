import Grammars

/// Numbers in decimal digits, within bounds.
enum Decimals {
  /// Digits of whole numbers, so that they fit 64 bits, and of fractions, so that no program rounds them to others.
  static let wholeDigits = 18
  static let fractionDigits = 10
  static let most = 999_999_999_999_999_999

  private static let digit = JSONText.set("0123456789")

  private static func digits(_ least: Int, _ most: Int) -> Expression {
    .repeated(digit, least: least, most: most)
  }

  /// Any number of up to 15 digits before the point.
  static let any = Expression.sequence([
    .optional(.text("-")),
    .choice([.text("0"), .sequence([JSONText.set("123456789"), digits(0, 14)])]),
    .optional(.sequence([.text("."), digits(1, fractionDigits)])),
    .optional(.sequence([JSONText.set("eE"), .optional(JSONText.set("+-")), digits(1, 2)])),
  ])

  /// The whole numbers of a range of those from 0.
  static func whole(_ range: ClosedRange<Int>) -> Expression {
    var choices: [Expression] = []
    var (least, power) = (0, 10)
    while least <= range.upperBound {
      let (low, high) = (max(least, range.lowerBound), min(power - 1, range.upperBound))
      if low <= high { choices.append(between(low.decimalDigits, high.decimalDigits)) }
      least = power
      guard power <= most else { break }
      power *= 10
    }
    return .choice(choices)
  }

  /// The digits of numbers between two of as many digits.
  private static func between(_ low: [UInt8], _ high: [UInt8]) -> Expression {
    guard let first = low.first, let last = high.first else { return .empty }
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    guard first < last else { return .sequence([one(first...first), between(lowRest, highRest)]) }
    let zeros = [UInt8](repeating: 0, count: lowRest.count)
    let nines = [UInt8](repeating: 9, count: lowRest.count)
    var (from, to) = (first, last)
    var choices: [Expression] = []
    if lowRest != zeros {
      choices.append(.sequence([one(first...first), between(lowRest, nines)]))
      from += 1
    }
    if highRest != nines {
      choices.append(.sequence([one(last...last), between(zeros, highRest)]))
      to -= 1
    }
    if from <= to { choices.append(.sequence([one(from...to), digits(lowRest.count, lowRest.count)])) }
    return .choice(choices)
  }

  static func one(_ digits: ClosedRange<UInt8>) -> Expression {
    .bytes(ByteSet(digits.lowerBound + 0x30...digits.upperBound + 0x30))
  }

  /// A point and digits, or nothing, that make a fraction between two bounds, of which either may be missing.
  static func fraction(from low: FractionBound?, to high: FractionBound?) -> Expression {
    let canBeNone = low?.admitsEnd(isLeast: true) != false && high?.admitsEnd(isLeast: false) != false
    let some = Expression.sequence([.text("."), more(low, high, room: fractionDigits)])
    return canBeNone ? .optional(some) : some
  }

  /// At least one digit, up to `room`.
  private static func more(_ low: FractionBound?, _ high: FractionBound?, room: Int) -> Expression {
    guard room > 0 else { return .choice([]) }
    guard low != nil || high != nil else { return digits(1, room) }
    let (from, to) = (low?.digit ?? 0, high?.digit ?? 9)
    guard from <= to else { return .choice([]) }
    var choices: [Expression] = []
    for digit in from...to {
      // A bound binds as long as its own digits are taken.
      let rest = (
        low.flatMap { digit == $0.digit ? $0.next : nil }, high.flatMap { digit == $0.digit ? $0.next : nil }
      )
      let canEnd = rest.0?.admitsEnd(isLeast: true) != false && rest.1?.admitsEnd(isLeast: false) != false
      let further = more(rest.0, rest.1, room: room - 1)
      choices.append(.sequence([one(digit...digit), canEnd ? .optional(further) : further]))
    }
    return .choice(choices)
  }
}

extension Int {
  /// The digits of a number from 0.
  fileprivate var decimalDigits: [UInt8] { String(self).utf8.map { $0 - 0x30 } }
}

/// The fraction of a bound, digit by digit.
struct FractionBound: Equatable {
  /// Without zeros at the end.
  var digits: ArraySlice<UInt8>
  /// Whether the bound itself is within.
  var isInclusive: Bool

  var digit: UInt8 { digits.first ?? 0 }
  var next: FractionBound { FractionBound(digits: digits.dropFirst(), isInclusive: isInclusive) }

  /// Whether a number may end that has had the bound's digits so far.
  func admitsEnd(isLeast: Bool) -> Bool { digits.isEmpty ? isInclusive : !isLeast }
}
