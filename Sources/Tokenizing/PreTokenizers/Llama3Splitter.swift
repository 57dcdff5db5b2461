/// The pattern of Llama 3 and, with single digits, of Qwen 2, written out.
///
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|`
/// `\s+(?!\S)|\s+`
struct Llama3Splitter: TextSplitter {
  let longestNumber: Int

  func pieceEnd(in text: ClassifiedText, from start: Int) -> Int {
    if let end = text.contractionEnd(at: start, ignoringCase: true) { return end }
    let (first, second) = text.character(at: start)
    if first == .letter { return text.end(ofRun: .letter, from: second) }
    if first == .number { return numberEnd(in: text, from: start) }
    let following = text.character(at: second).class
    if first != .newline, following == .letter { return text.end(ofRun: .letter, from: second) }
    let hasSpace = text.byte(at: start) == UInt8(ascii: " ")
    if first == .other || (hasSpace && following == .other) {
      return text.end(ofRun: .newline, from: text.end(ofRun: .other, from: second))
    }
    return newlineEnd(in: text, from: start) ?? text.whitespaceEnd(from: start)
  }

  private func numberEnd(in text: ClassifiedText, from start: Int) -> Int {
    var end = start
    for _ in 0..<longestNumber {
      let (found, next) = text.character(at: end)
      if found != .number { break }
      end = next
    }
    return end
  }

  /// The end of `\s*[\r\n]+`: behind the last line break of the whitespace, nil when it has none.
  private func newlineEnd(in text: ClassifiedText, from start: Int) -> Int? {
    var end: Int?
    var index = start
    while true {
      let (found, next) = text.character(at: index)
      guard found.isWhitespace else { return end }
      if found == .newline { end = next }
      index = next
    }
  }
}
