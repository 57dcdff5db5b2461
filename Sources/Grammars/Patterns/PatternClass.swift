/// What a letter behind a backslash stands for.
///
/// ECMA-262 and Python differ: all that one of them takes, and what both do.
struct PatternClass {
  let either: ScalarSet
  let both: ScalarSet

  /// The class of the capital letter.
  var inverted: PatternClass { PatternClass(either: both.inverted, both: either.inverted) }
}

extension PatternClass {
  /// A class in which they agree.
  init(_ set: ScalarSet) { self.init(either: set, both: set) }

  /// By their letters.
  static let all: [Unicode.Scalar: PatternClass] = [
    "d": digits, "D": digits.inverted, "w": word, "W": word.inverted, "s": spaces, "S": spaces.inverted,
    "n": PatternClass(ScalarSet([10...10])), "r": PatternClass(ScalarSet([13...13])),
    "t": PatternClass(ScalarSet([9...9])), "f": PatternClass(ScalarSet([12...12])),
    "v": PatternClass(ScalarSet([11...11])),
  ]

  /// Python's are those of all scripts, of which Unicode has none beyond its second plane.
  private static let digits = PatternClass(
    either: ScalarSet(
      (0...UInt32(0x1FFFF)).compactMap { Unicode.Scalar($0) }
        .filter { $0.properties.generalCategory == .decimalNumber }),
    both: ScalarSet([0x30...0x39]))

  /// Beyond ASCII they are Python's, of which we do not tell letters from others.
  private static let word: PatternClass = {
    let ascii = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    return PatternClass(either: ascii.union(ScalarSet([0x80...0x10FFFF])), both: ascii)
  }()

  private static let spaces = PatternClass(
    either: ScalarSet([
      9...13, 0x1C...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
      0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ]),
    both: ScalarSet([9...13, 32...32]))
}
