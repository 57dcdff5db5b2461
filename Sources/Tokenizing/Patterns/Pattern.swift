/// A pattern by which a tokenizer cuts text into pieces: the part of regular expressions that tokenizers use.
///
/// Literals, classes, `\s \S \d \p{L} \P{L} \r \n \t`, alternatives, `(?:...)` and `(?i:...)`, `? * + {m,n}` (possessive with
/// another `+`), `(?=x)` and `(?!x)` with one class, `$`. Classes can be repeated at will, groups at most once, which is all that these
/// patterns do: so matching is linear but for the steps back from a run.
struct Pattern: Sendable, Equatable {
  indirect enum Node: Sendable, Equatable {
    case run(ScalarSet, Run)
    case group([[Node]], isOptional: Bool)
    /// Whether the next character is of the set, or is not, which the text's end is not either.
    case ahead(ScalarSet, isWanted: Bool)
    case end
  }

  /// How often a class may repeat.
  struct Run: Sendable, Equatable {
    var least = 1
    var most = 1
    /// Never gives back what it has taken.
    var isPossessive = false
  }

  let alternatives: [[Node]]
  /// For each alternative, which characters below 128 it may begin with: most are out of the question at most places.
  private let leads: [ASCIISet]
  private let anyLead: ASCIISet

  init(alternatives: [[Node]]) {
    self.alternatives = alternatives
    leads = alternatives.map { alternative in ASCIISet { Self.mayBegin(alternative, with: $0) } }
    anyLead = ASCIISet { value in alternatives.contains { Self.mayBegin($0, with: value) } }
  }

  /// Whether a match at this byte is not out of the question.
  func mayBegin(with byte: UInt8) -> Bool { byte >= 128 || anyLead.contains(byte) }

  /// Where the match that begins at `start` ends, the first alternative that fits counting; nil if none does.
  ///
  /// `end` is where the text ends, as far as the pattern sees it. A match may be empty.
  func match(_ text: [UInt8], from start: Int, end: Int) -> Int? {
    let subject = Subject(text: text, end: end)
    for (index, alternative) in alternatives.enumerated() {
      if start < end, text[start] < 128, !leads[index].contains(text[start]) { continue }
      if let end = subject.match(alternative[...], at: start, then: nil) { return end }
    }
    return nil
  }

  /// Where the next match may begin after there was none at `start`.
  ///
  /// A pattern that begins with a run fails at each place of that run if it fails at the first, as it was tried with every shorter one
  /// from there: to try them all would take the square of a run's length.
  func next(after start: Int, in text: [UInt8], end: Int) -> Int {
    var index = UTF8Text.scalar(text, at: start, end: end).next
    guard alternatives.count == 1, case .run(let set, let run)? = alternatives[0].first, run.most == .max,
      run.least <= 1, !run.isPossessive, set.contains(UTF8Text.scalar(text, at: start, end: end).value)
    else { return index }
    while index < end {
      let (value, next) = UTF8Text.scalar(text, at: index, end: end)
      guard set.contains(value) else { break }
      index = next
    }
    return index
  }

  /// Whether a match at a character is not out of the question.
  private static func mayBegin(_ nodes: [Node], with value: UInt32) -> Bool {
    guard let node = nodes.first else { return true }
    let rest = Array(nodes.dropFirst())
    switch node {
    case .run(let set, let run): return set.contains(value) || (run.least == 0 && mayBegin(rest, with: value))
    case .group(let alternatives, let isOptional):
      return alternatives.contains { mayBegin($0 + rest, with: value) }
        || (isOptional && mayBegin(rest, with: value))
    case .ahead(let set, let isWanted): return set.contains(value) == isWanted && mayBegin(rest, with: value)
    case .end: return false
    }
  }
}

/// A set of characters below 128.
private struct ASCIISet: Sendable, Equatable {
  private var bits: (low: UInt64, high: UInt64) = (0, 0)

  init(_ isMember: (UInt32) -> Bool) {
    for value in UInt32(0)..<128 where isMember(value) {
      if value < 64 { bits.low |= 1 << UInt64(value) } else { bits.high |= 1 << UInt64(value - 64) }
    }
  }

  func contains(_ byte: UInt8) -> Bool {
    (byte < 64 ? bits.low >> UInt64(byte) : bits.high >> UInt64(byte & 63)) & 1 == 1
  }

  static func == (a: ASCIISet, b: ASCIISet) -> Bool { a.bits == b.bits }
}

/// What is left of a pattern behind a group.
private final class Rest {
  let nodes: ArraySlice<Pattern.Node>
  let next: Rest?

  init(_ nodes: ArraySlice<Pattern.Node>, _ next: Rest?) {
    self.nodes = nodes
    self.next = next
  }
}

private struct Subject {
  let text: [UInt8]
  let end: Int

  func match(_ nodes: ArraySlice<Pattern.Node>, at position: Int, then rest: Rest?) -> Int? {
    guard let node = nodes.first else {
      guard let rest else { return position }
      return match(rest.nodes, at: position, then: rest.next)
    }
    let following = nodes.dropFirst()
    switch node {
    case .run(let set, let run): return match(set, run, following, at: position, then: rest)
    case .group(let alternatives, let isOptional):
      let behind = Rest(following, rest)
      for alternative in alternatives {
        if let end = match(alternative[...], at: position, then: behind) { return end }
      }
      return isOptional ? match(following, at: position, then: rest) : nil
    case .ahead(let set, let isWanted):
      let isThere = position < end && set.contains(UTF8Text.scalar(text, at: position, end: end).value)
      return isThere == isWanted ? match(following, at: position, then: rest) : nil
    case .end: return position == end ? match(following, at: position, then: rest) : nil
    }
  }

  /// Takes as many as there are, then gives back one by one.
  private func match(
    _ set: ScalarSet, _ run: Pattern.Run, _ following: ArraySlice<Pattern.Node>, at start: Int,
    then rest: Rest?
  ) -> Int? {
    var (position, count, least) = (start, 0, start)
    while count < run.most, position < end {
      let (value, next) = UTF8Text.scalar(text, at: position, end: end)
      guard set.contains(value) else { break }
      position = next
      count += 1
      if count == run.least { least = position }
    }
    guard count >= run.least else { return nil }
    if run.isPossessive || position == least || (following.isEmpty && rest == nil) {
      return match(following, at: position, then: rest)
    }
    while true {
      if let end = match(following, at: position, then: rest) { return end }
      guard position > least else { return nil }
      position = UTF8Text.start(text, before: position)
    }
  }
}

/// Characters of UTF-8 text by their places.
enum UTF8Text {
  /// The character at `position`, and where the next begins; bytes that are no UTF-8 are characters of their own.
  static func scalar(_ text: [UInt8], at position: Int, end: Int) -> (value: UInt32, next: Int) {
    let first = text[position]
    if first < 0x80 { return (UInt32(first), position + 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard first >= 0xC0, position + length <= end else { return (0xFFFD, position + 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(text[position + offset] & 0x3F) }
    return (value, position + length)
  }

  /// Where the character before `position` begins.
  static func start(_ text: [UInt8], before position: Int) -> Int {
    var index = position - 1
    while index > 0, position - index < 4, text[index] & 0xC0 == 0x80 { index -= 1 }
    return index
  }
}
