/// A set of characters, as a class in a pattern says it: `[^\r\n\p{L}]`, `\s`, `a`.
struct ScalarSet: Sendable, Equatable {
  /// One thing that a class lists.
  enum Item: Sendable, Equatable {
    case range(ClosedRange<UInt32>)
    /// `\p{L}` or `\p{Lu}`: all categories whose names begin so.
    case category(String)
    /// `\s`: White_Space.
    case whitespace
    case excluding([Item])
  }

  private let items: [Item]
  private let isInverted: Bool
  /// A bit for each character below 128: nearly all text is decided here.
  private let ascii: (low: UInt64, high: UInt64)
  private let categories: UInt32

  init(_ items: [Item], isInverted: Bool = false) {
    self.items = items
    self.isInverted = isInverted
    categories = Self.categories(items)
    var (low, high) = (UInt64(0), UInt64(0))
    for value in UInt32(0)..<128 where Self.contains(value, items) != isInverted {
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
    ascii = (low, high)
  }

  static func == (a: Self, b: Self) -> Bool { a.items == b.items && a.isInverted == b.isInverted }

  /// The character itself; with `ignoringCase`, an ASCII letter in all its cases.
  init(_ value: UInt32, ignoringCase: Bool) {
    var items = [Item.range(value...value)]
    if ignoringCase, let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic, value < 128 {
      items = [.range(value & ~0x20...value & ~0x20), .range(value | 0x20...value | 0x20)]
      // The long s and the Kelvin sign are cases of s and k.
      if value | 0x20 == 0x73 { items.append(.range(0x17F...0x17F)) }
      if value | 0x20 == 0x6B { items.append(.range(0x212A...0x212A)) }
    }
    self.init(items)
  }

  func contains(_ value: UInt32) -> Bool {
    if value < 64 { return ascii.low >> UInt64(value) & 1 == 1 }
    if value < 128 { return ascii.high >> UInt64(value - 64) & 1 == 1 }
    return isListed(value) != isInverted
  }

  private func isListed(_ value: UInt32) -> Bool {
    if categories != 0, let scalar = Unicode.Scalar(value),
      categories >> UInt32(Self.index(scalar.properties.generalCategory)) & 1 == 1
    {
      return true
    }
    for item in items {
      switch item {
      case .range(let range): if range.contains(value) { return true }
      case .category: break
      case .whitespace: if Self.isWhitespace(value) { return true }
      case .excluding(let others): if !Self.contains(value, others) { return true }
      }
    }
    return false
  }

  private static func contains(_ value: UInt32, _ items: [Item]) -> Bool {
    items.contains { item in
      switch item {
      case .range(let range): range.contains(value)
      case .category(let name):
        Unicode.Scalar(value).map { has($0.properties.generalCategory, name) } ?? false
      case .whitespace: isWhitespace(value)
      case .excluding(let others): !contains(value, others)
      }
    }
  }

  private static func isWhitespace(_ value: UInt32) -> Bool {
    Unicode.Scalar(value)?.properties.isWhitespace ?? false
  }

  private static func categories(_ items: [Item]) -> UInt32 {
    var mask: UInt32 = 0
    for case .category(let name) in items {
      for (index, known) in names.enumerated() where known.hasPrefix(name) { mask |= 1 << UInt32(index) }
    }
    return mask
  }

  private static func has(_ category: Unicode.GeneralCategory, _ name: String) -> Bool {
    names[index(category)].hasPrefix(name)
  }

  /// Whether some category's name begins like this.
  static func isCategory(_ name: String) -> Bool { !name.isEmpty && names.contains { $0.hasPrefix(name) } }

  /// The two-letter names of table 12 of UAX 44, in the order of `index`.
  private static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf",
    "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  private static func index(_ category: Unicode.GeneralCategory) -> Int {
    switch category {
    case .uppercaseLetter: 0
    case .lowercaseLetter: 1
    case .titlecaseLetter: 2
    case .modifierLetter: 3
    case .otherLetter: 4
    case .nonspacingMark: 5
    case .spacingMark: 6
    case .enclosingMark: 7
    case .decimalNumber: 8
    case .letterNumber: 9
    case .otherNumber: 10
    case .connectorPunctuation: 11
    case .dashPunctuation: 12
    case .openPunctuation: 13
    case .closePunctuation: 14
    case .initialPunctuation: 15
    case .finalPunctuation: 16
    case .otherPunctuation: 17
    case .mathSymbol: 18
    case .currencySymbol: 19
    case .modifierSymbol: 20
    case .otherSymbol: 21
    case .spaceSeparator: 22
    case .lineSeparator: 23
    case .paragraphSeparator: 24
    case .control: 25
    case .format: 26
    case .surrogate: 27
    case .privateUse: 28
    default: 29
    }
  }
}
