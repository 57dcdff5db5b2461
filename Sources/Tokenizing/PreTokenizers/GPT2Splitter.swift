/// GPT-2's pattern, written out.
///
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, where SmolLM and StarCoder
/// first cut out every `\p{N}` on its own, so that the pattern sees the text between as texts of their own.
struct GPT2Splitter: TextSplitter {
  let separatesDigits: Bool

  func pieceEnd(in text: ClassifiedText, from start: Int) -> Int {
    if let end = text.contractionEnd(at: start, ignoringCase: false) { return end }
    let (first, second) = text.character(at: start)
    if separatesDigits, first == .number { return second }
    let hasSpace = text.byte(at: start) == UInt8(ascii: " ")
    let wordStart = hasSpace ? second : start
    switch text.character(at: wordStart).class {
    case .number where separatesDigits: return second
    case let word where !word.isWhitespace && word != .end: return text.end(ofRun: word, from: wordStart)
    default: return text.whitespaceEnd(from: start, numberEndsText: separatesDigits)
    }
  }
}

extension ClassifiedText {
  /// The end of `\s+(?!\S)|\s+`: the last whitespace is left to the word behind it, if that is not all.
  ///
  /// With `numberEndsText` a number is no word that it could be left to.
  func whitespaceEnd(from start: Int, numberEndsText: Bool = false) -> Int {
    var last = start
    var index = start
    while true {
      let (found, next) = character(at: index)
      guard found.isWhitespace else {
        let endsText = found == .end || (numberEndsText && found == .number)
        return endsText || last == start ? index : last
      }
      last = index
      index = next
    }
  }
}
