import Grammars
import OpenAIAPI

/// What `minimum`, `maximum` and the exclusive ones say of a number.
struct NumberBounds {
  /// A bound in digits.
  private struct Bound {
    var isNegative: Bool
    var whole: Int
    var fraction: FractionBound
  }

  private let least: Bound?
  private let most: Bound?

  init(_ schema: JSONObject, at path: String) throws(SchemaError) {
    least = try Self.bound(schema, "minimum", "exclusiveMinimum", at: path) { $0 > $1 }
    most = try Self.bound(schema, "maximum", "exclusiveMaximum", at: path) { $0 < $1 }
  }

  /// The stricter of two bounds.
  private static func bound(
    _ schema: JSONObject, _ inclusive: String, _ exclusive: String, at path: String,
    isStricter: (Double, Double) -> Bool
  ) throws(SchemaError) -> Bound? {
    let one = try number(schema, inclusive, at: path)
    let other = try number(schema, exclusive, at: path)
    guard let other, let amount = other.amount else {
      return try one.map { one throws(SchemaError) in
        try bound(one, isInclusive: true, at: path.member(inclusive))
      }
    }
    if let one, let first = one.amount, isStricter(first, amount) {
      return try bound(one, isInclusive: true, at: path.member(inclusive))
    }
    return try bound(other, isInclusive: false, at: path.member(exclusive))
  }

  private static func number(_ schema: JSONObject, _ name: String, at path: String) throws(SchemaError)
    -> JSONValue?
  {
    guard let value = schema[name] else { return nil }
    guard value.amount != nil else {
      throw SchemaError(path.member(name), "'\(name)' is a number, found \(value.kind)")
    }
    return value
  }

  /// Takes a number's decimal digits apart, the exponent of its shortest writing included.
  private static func bound(_ value: JSONValue, isInclusive: Bool, at path: String) throws(SchemaError)
    -> Bound
  {
    let text = String(decoding: value.encoded, as: UTF8.self)
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: "e", maxSplits: 1)
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    var whole = (mantissa.first ?? "").utf8.map { $0 - 0x30 }
    var fraction = mantissa.count > 1 ? mantissa[1].utf8.map { $0 - 0x30 } : []
    guard abs(exponent) <= 40 else { throw unusable(text, path) }
    for _ in 0..<max(0, exponent) { whole.append(fraction.isEmpty ? 0 : fraction.removeFirst()) }
    for _ in 0..<max(0, -exponent) { fraction.insert(whole.popLast() ?? 0, at: 0) }
    while fraction.last == 0 { fraction.removeLast() }
    let digits = whole.drop { $0 == 0 }
    guard digits.count <= Decimals.wholeDigits, fraction.count < Decimals.fractionDigits else {
      throw unusable(text, path)
    }
    let number = digits.reduce(0) { $0 * 10 + Int($1) }
    return Bound(
      isNegative: isNegative, whole: number,
      fraction: FractionBound(digits: fraction[...], isInclusive: isInclusive))
  }

  private static func unusable(_ text: String, _ path: String) -> SchemaError {
    SchemaError(
      path,
      "\(text) has more than \(Decimals.wholeDigits) digits before the point or \(Decimals.fractionDigits - 1) behind it; "
        + "leave it out, or round it")
  }

  /// The whole numbers within the bounds.
  var integers: Expression {
    let low = least.map { Self.whole($0, isLeast: true) } ?? -Decimals.most
    let high = most.map { Self.whole($0, isLeast: false) } ?? Decimals.most
    guard low <= high else { return .choice([]) }
    var choices: [Expression] = []
    if low < 0 { choices.append(.sequence([.text("-"), Decimals.whole(max(1, -high)...(-low))])) }
    if high >= 0 { choices.append(Decimals.whole(max(0, low)...high)) }
    return .choice(choices)
  }

  /// The first whole number that is within a bound.
  private static func whole(_ bound: Bound, isLeast: Bool) -> Int {
    let number = bound.isNegative ? -bound.whole : bound.whole
    if bound.fraction.digits.isEmpty { return number + (bound.fraction.isInclusive ? 0 : isLeast ? 1 : -1) }
    return bound.isNegative == isLeast ? number : number + (isLeast ? 1 : -1)
  }

  /// The decimal numbers within the bounds.
  var numbers: Expression {
    let zero = Bound(isNegative: false, whole: 0, fraction: FractionBound(digits: [], isInclusive: false))
    var choices: [Expression] = []
    if least?.isNegative ?? true {
      // Below zero distances from it are bounded the other way round; minus zero is left out.
      let near = most?.isNegative == true ? most : zero
      choices.append(.sequence([.text("-"), Self.magnitudes(from: near, to: least)]))
    }
    if !(most?.isNegative ?? false) {
      let low = least?.isNegative == false ? least : nil
      choices.append(Self.magnitudes(from: low, to: most))
    }
    return .choice(choices)
  }

  /// Numbers without sign between two bounds, of which either may be missing.
  private static func magnitudes(from low: Bound?, to high: Bound?) -> Expression {
    let first = low?.whole ?? 0
    guard let high else {
      guard let low else {
        return .sequence([Decimals.whole(0...Decimals.most), Decimals.fraction(from: nil, to: nil)])
      }
      return .choice([
        .sequence([Decimals.whole(first...first), Decimals.fraction(from: low.fraction, to: nil)]),
        .sequence([
          Decimals.whole(first + 1...max(first + 1, Decimals.most)), Decimals.fraction(from: nil, to: nil),
        ]),
      ])
    }
    guard first < high.whole else {
      guard first == high.whole else { return .choice([]) }
      return .sequence([
        Decimals.whole(first...first), Decimals.fraction(from: low?.fraction, to: high.fraction),
      ])
    }
    var choices = [
      Expression.sequence([Decimals.whole(first...first), Decimals.fraction(from: low?.fraction, to: nil)]),
      .sequence([Decimals.whole(high.whole...high.whole), Decimals.fraction(from: nil, to: high.fraction)]),
    ]
    if first + 1 < high.whole {
      choices.append(
        .sequence([Decimals.whole(first + 1...high.whole - 1), Decimals.fraction(from: nil, to: nil)]))
    }
    return .choice(choices)
  }
}
