/// What the letters behind a backslash stand for.
///
/// Where ECMA-262 and Python differ, what both admit.
enum PatternClasses {
  static let all: [Unicode.Scalar: ScalarSet] = [
    "d": digits, "D": digits.inverted, "w": word, "W": word.inverted.intersection(ascii),
    "s": ScalarSet([9...13, 32...32]), "S": spaces.inverted,
    "n": ScalarSet([10...10]), "r": ScalarSet([13...13]), "t": ScalarSet([9...9]), "f": ScalarSet([12...12]),
    "v": ScalarSet([11...11]),
  ]

  private static let ascii = ScalarSet([0...0x7F])
  private static let digits = ScalarSet([0x30...0x39])
  private static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  private static let spaces = ScalarSet([
    9...13, 0x1C...0x20, 0x85...0x85, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F,
    0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
}
