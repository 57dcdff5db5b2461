extension Interpreter {
  /// A method of Python's `str`.
  mutating func call(
    _ name: String, onText text: String, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try charge(text.utf8.count / 64)
    switch name {
    case "strip": return try strip(text, arguments, start: true, end: true)
    case "lstrip": return try strip(text, arguments, start: true, end: false)
    case "rstrip": return try strip(text, arguments, start: false, end: true)
    case "startswith":
      return .boolean(try affixes(arguments, name, of: text).contains { text.utf8.starts(with: $0.utf8) })
    case "endswith":
      return .boolean(
        try affixes(arguments, name, of: text).contains {
          text.utf8.reversed().starts(with: $0.utf8.reversed())
        })
    case "removeprefix", "removesuffix": return try removeAffix(text, arguments, name)
    case "split": return try split(text, arguments)
    case "splitlines": return .list(try counted(text.lines.map(TemplateValue.string)))
    case "replace": return try replace(text, arguments)
    case "upper": return try made(text.uppercased())
    case "lower": return try made(text.lowercased())
    case "capitalize": return try made(text.titleCased { _ in false })
    case "title": return try made(text.titleCased { !$0.properties.isAlphabetic })
    case "find":
      return .integer(try place(of: try textArgument(arguments, 0, name), in: text))
    case "count":
      return .integer(try pieces(text, by: try textArgument(arguments, 0, name), limit: nil).count - 1)
    case "join":
      guard let list = arguments.positional.first else { throw error("join() takes a list") }
      return try filter(list, "join", CallArguments(positional: [.string(text)]))
    default: throw error("a str has no method '\(name)' here")
    }
  }

  /// New elements, paid for: they take memory too.
  mutating func counted(_ elements: [TemplateValue]) throws(TemplateError) -> [TemplateValue] {
    try charge(elements.count)
    return elements
  }

  private func textArgument(
    _ arguments: CallArguments, _ index: Int, _ method: String
  ) throws(TemplateError) -> String {
    guard index < arguments.positional.count, case .string(let text) = arguments.positional[index] else {
      throw error("\(method)() takes a str as argument \(index + 1)")
    }
    return text
  }

  /// The texts that another may begin or end with, the comparisons paid for.
  private mutating func affixes(
    _ arguments: CallArguments, _ method: String, of text: String
  ) throws(TemplateError) -> [String] {
    guard case .list(let elements)? = arguments.positional.first else {
      return [try textArgument(arguments, 0, method)]
    }
    let affixes: [String] = elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    for affix in affixes { try charge(1 + min(text.utf8.count, affix.utf8.count) / 64) }
    return affixes
  }

  private mutating func removeAffix(
    _ text: String, _ arguments: CallArguments, _ method: String
  ) throws(TemplateError) -> TemplateValue {
    let affix = try textArgument(arguments, 0, method)
    let bytes = [UInt8](text.utf8)
    let isPrefix = method == "removeprefix"
    let isThere =
      isPrefix ? bytes.starts(with: affix.utf8) : bytes.reversed().starts(with: affix.utf8.reversed())
    guard isThere else { return .string(text) }
    let rest = isPrefix ? bytes.dropFirst(affix.utf8.count) : bytes.dropLast(affix.utf8.count)
    return try made(String(decoding: rest, as: UTF8.self))
  }

  private mutating func strip(
    _ text: String, _ arguments: CallArguments, start: Bool, end: Bool
  ) throws(TemplateError) -> TemplateValue {
    var given: Set<Unicode.Scalar>?
    if case .string(let scalars)? = arguments.value(0, "chars") { given = Set(scalars.unicodeScalars) }
    func isStripped(_ scalar: Unicode.Scalar?) -> Bool {
      guard let scalar else { return false }
      return given?.contains(scalar) ?? scalar.properties.isWhitespace
    }
    var rest = text.unicodeScalars[...]
    while start, isStripped(rest.first) { rest.removeFirst() }
    while end, isStripped(rest.last) { rest.removeLast() }
    return try made(String(rest))
  }

  private mutating func split(_ text: String, _ arguments: CallArguments) throws(TemplateError)
    -> TemplateValue
  {
    let limit = arguments.value(1, "maxsplit")?.integerValue.flatMap { $0 < 0 ? nil : $0 }
    try charge(textBytes: text.utf8.count)
    guard case .string(let separator)? = arguments.value(0, "sep") else {
      guard limit == nil else { throw error("split() with a limit takes a separator") }
      let words = text.unicodeScalars.split { $0.properties.isWhitespace }
      return .list(try counted(words.map { .string(String($0)) }))
    }
    return .list(try pieces(text, by: separator, limit: limit).map(TemplateValue.string))
  }

  private mutating func replace(_ text: String, _ arguments: CallArguments) throws(TemplateError)
    -> TemplateValue
  {
    let old = try textArgument(arguments, 0, "replace")
    let new = try textArgument(arguments, 1, "replace")
    let limit = arguments.value(2, "count")?.integerValue.flatMap { $0 < 0 ? nil : $0 }
    let pieces = try pieces(text, by: old, limit: limit)
    let (added, overflow) = pieces.count.multipliedReportingOverflow(by: new.utf8.count)
    try charge(textBytes: overflow ? limits.textBytes + 1 : added + text.utf8.count)
    return .string(pieces.joined(separator: new))
  }

  /// The text between the occurrences of a separator, the first `limit` of them.
  private mutating func pieces(
    _ text: String, by separator: String, limit: Int?
  ) throws(TemplateError) -> [String] {
    guard !separator.isEmpty else { throw error("an empty str separates nothing") }
    let (bytes, needle) = ([UInt8](text.utf8), [UInt8](separator.utf8))
    var pieces: [String] = []
    var start = 0
    while pieces.count < limit ?? .max, let end = try find(needle, in: bytes, from: start) {
      try charge()
      pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end + needle.count
    }
    pieces.append(String(decoding: bytes[start...], as: UTF8.self))
    return pieces
  }

  /// The place of a part in scalars, -1 if it is not there.
  private mutating func place(of part: String, in text: String) throws(TemplateError) -> Int {
    let bytes = [UInt8](text.utf8)
    guard let place = try find([UInt8](part.utf8), in: bytes, from: 0) else { return -1 }
    return String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count
  }
}
