/// Cuts text into the words that byte pairs do not merge across.
///
/// Each stage cuts the pieces of the one before: what its pattern matches is a piece, and what lies between two matches is one.
struct TextSplitter: Sendable {
  private let stages: [Pattern]

  init(_ stages: [String]) throws(PatternError) {
    var patterns: [Pattern] = []
    for stage in stages { patterns.append(try Pattern(stage)) }
    self.stages = patterns
  }

  /// Calls `take` with every piece of `text[range]`, in order.
  ///
  /// What lies outside of the range is not seen: the range is a text of its own.
  func split(_ text: [UInt8], _ range: Range<Int>, _ take: (Range<Int>) -> Void) {
    split(text, range, stage: 0, take)
  }

  private func split(_ text: [UInt8], _ range: Range<Int>, stage: Int, _ take: (Range<Int>) -> Void) {
    guard stage < stages.count else { return take(range) }
    var (start, index) = (range.lowerBound, range.lowerBound)
    while index < range.upperBound {
      guard stages[stage].mayBegin(with: text[index]) else {
        index += 1
        continue
      }
      guard let end = stages[stage].match(text, from: index, end: range.upperBound), end > index else {
        index = UTF8Text.scalar(text, at: index, end: range.upperBound).next
        continue
      }
      if start < index { split(text, start..<index, stage: stage + 1, take) }
      split(text, index..<end, stage: stage + 1, take)
      (start, index) = (end, end)
    }
    if start < range.upperBound { split(text, start..<range.upperBound, stage: stage + 1, take) }
  }
}
