/// Cuts text into the words that byte pairs do not merge across.
protocol TextSplitter: Sendable {
  /// The end of the piece that starts at `start`, which lies before the text's end: always beyond `start`.
  func pieceEnd(in text: ClassifiedText, from start: Int) -> Int
}

/// How one family of models prepares text for merging.
struct PreTokenizer: Sendable {
  /// Values of `tokenizer.ggml.pre` that mean this one.
  let names: [String]
  let splitter: any TextSplitter
  /// A word that is a token is taken as it is, even where merging would give others.
  var takesWholeTokens = false
  /// Whether sequences start with the begin token when the file does not say.
  var addsBOS = false
}

/// The table of known pre-tokenizers: a new one is a line here and, if need be, a splitter.
package enum PreTokenizers {
  static let all = [
    PreTokenizer(names: ["gpt-2"], splitter: GPT2Splitter(separatesDigits: false)),
    PreTokenizer(names: ["smollm", "starcoder", "refact"], splitter: GPT2Splitter(separatesDigits: true)),
    PreTokenizer(names: ["qwen2", "deepseek-r1-qwen"], splitter: Llama3Splitter(longestNumber: 1)),
    PreTokenizer(
      names: ["llama-bpe", "llama3", "llama-v3"], splitter: Llama3Splitter(longestNumber: 3),
      takesWholeTokens: true, addsBOS: true),
  ]

  /// Every name that can be given.
  package static var names: [String] { all.flatMap(\.names) }

  static func named(_ name: String) throws(TokenizingError) -> PreTokenizer {
    guard let found = all.first(where: { $0.names.contains(name) }) else {
      throw .unknownPreTokenizer(name, known: names)
    }
    return found
  }
}
