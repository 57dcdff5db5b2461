extension Interpreter {
  mutating func holds(
    _ left: TemplateValue, _ operation: ComparisonOperator, _ right: TemplateValue
  ) throws(TemplateError) -> Bool {
    switch operation {
    case .equal: try isEqual(left, right)
    case .notEqual: !(try isEqual(left, right))
    case .isIn: try contains(right, left)
    case .isNotIn: !(try contains(right, left))
    case .less: try isLess(left, right)
    case .greater: try isLess(right, left)
    case .lessOrEqual: try isOrdered(left, right)
    case .greaterOrEqual: try isOrdered(right, left)
    }
  }

  /// Python's `==`: numbers and booleans by value, strings by code points, the rest by kind and content.
  mutating func isEqual(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    try charge()
    switch (left, right) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.string(let left), .string(let right)):
      try chargeReading(left, right)
      return left.utf8.elementsEqual(right.utf8)
    case (.namespace(let left), .namespace(let right)), (.macro(let left), .macro(let right)):
      return left == right
    case (.function(let left), .function(let right)): return left == right
    case (.list(let left), .list(let right)):
      guard left.count == right.count else { return false }
      for (left, right) in zip(left, right) {
        guard try isEqual(left, right) else { return false }
      }
      return true
    case (.mapping(let left), .mapping(let right)):
      guard left.keys.count == right.keys.count else { return false }
      for pair in left.pairs {
        guard let other = right[pair.key], try isEqual(pair.value, other) else { return false }
      }
      return true
    default:
      if let left = left.integerValue, let right = right.integerValue { return left == right }
      guard let left = left.doubleValue, let right = right.doubleValue else { return false }
      return left == right
    }
  }

  /// Python's `in`: a key, an element or a part of a string.
  mutating func contains(_ container: TemplateValue, _ value: TemplateValue) throws(TemplateError) -> Bool {
    switch (container, value) {
    case (.string(let text), .string(let part)):
      try charge((text.utf8.count + part.utf8.count) / 64)
      return try find([UInt8](part.utf8), in: [UInt8](text.utf8), from: 0) != nil
    case (.mapping(let mapping), .string(let key)):
      try charge(key.utf8.count / 64)
      return mapping[key] != nil
    case (.mapping, _), (.undefined, _): return false
    case (.list(let elements), _):
      for element in elements {
        if try isEqual(element, value) { return true }
      }
      return false
    default: throw error("'in' does not work on \(value.kind) and \(container.kind)")
    }
  }

  /// Python's `<`: numbers with numbers, strings with strings by code points, lists by elements.
  mutating func isLess(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
    try charge()
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try chargeReading(left, right)
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    case (.list(let left), .list(let right)):
      for (left, right) in zip(left, right) {
        guard try isEqual(left, right) else { return try isLess(left, right) }
      }
      return left.count < right.count
    default:
      if let left = left.integerValue, let right = right.integerValue { return left < right }
      guard let leftNumber = left.doubleValue, let rightNumber = right.doubleValue else {
        throw error("values of type \(left.kind) and \(right.kind) have no order")
      }
      return leftNumber < rightNumber
    }
  }

  private mutating func chargeReading(_ left: String, _ right: String) throws(TemplateError) {
    try charge(min(left.utf8.count, right.utf8.count) / 64)
  }

  private mutating func isOrdered(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool
  {
    if try isLess(left, right) { return true }
    return try isEqual(left, right)
  }

  /// The first place of `needle` in `text` at or after `start`, in bytes; pays for the bytes compared.
  mutating func find(_ needle: [UInt8], in text: [UInt8], from start: Int) throws(TemplateError) -> Int? {
    guard needle.count <= text.count else { return nil }
    var place = start
    while place <= text.count - needle.count {
      var matched = 0
      while matched < needle.count, text[place + matched] == needle[matched] { matched += 1 }
      if matched == needle.count { return place }
      // A step is worth about this many bytes; what is below it was paid with the text.
      if matched >= 16 { try charge(matched / 16) }
      place += 1
    }
    return nil
  }
}
