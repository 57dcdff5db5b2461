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

  var stageCount: Int { stages.count }

  /// Calls `take` with every piece that a stage cuts `text[range]` into, in order.
  ///
  /// What lies outside of the range is not seen: the range is a text of its own, and its pieces depend on nothing else.
  func split(_ text: [UInt8], _ range: Range<Int>, stage: Int, _ take: (Range<Int>) -> Void) {
    let pattern = stages[stage]
    var (start, index) = (range.lowerBound, range.lowerBound)
    while index < range.upperBound {
      guard pattern.mayBegin(with: text[index]) else {
        index += 1
        continue
      }
      guard let end = pattern.match(text, from: index, end: range.upperBound), end > index else {
        index = pattern.next(after: index, in: text, end: range.upperBound)
        continue
      }
      if start < index { take(start..<index) }
      take(index..<end)
      (start, index) = (end, end)
    }
    if start < range.upperBound { take(start..<range.upperBound) }
  }
}
