import Tokenizing

/// How fast the model's tokenizer is.
struct TokenizingRow: Encodable {
  let name: String
  /// Of text, in millions of bytes.
  let megabytesPerSecond: Spread
  let bytesPerToken: Double
}

/// Times the tokenizer, on one thread, on prose of a megabyte.
struct TokenizingBenchmark {
  let tokenizer: Tokenizer
  let repetitions: Int

  static let name = "tokenize prose"
  private static let textBytes = 1_000_000

  func run() -> TokenizingRow? {
    let text = Prose.text(bytes: Self.textBytes)
    var tokens = 0
    let speeds = (0..<repetitions).map { _ in
      let time = ContinuousClock().measure { tokens = tokenizer.encode(text, parseSpecial: false).count }
      return Double(text.utf8.count) / 1e6 / (time / .seconds(1))
    }
    return Spread(speeds).map {
      TokenizingRow(
        name: Self.name, megabytesPerSecond: $0,
        bytesPerToken: Double(text.utf8.count) / Double(max(1, tokens)))
    }
  }
}

/// Made-up English: words as often as they are in real texts, in sentences and paragraphs, the same each time.
enum Prose {
  /// The commonest first.
  private static let words = """
    the of and to in a is that for it was on with as be by at this had not are but from or have an they which one you were her all \
    she there would their we him been has when who will more no if out so said what up its about into than them can only other new \
    some could time these two may then do first any my now such like our over man me even most made after also did many before must \
    through years where much your way well down should because each just those people how too little state good very make world \
    still own see men work long here get both between life being under never day same another know while last might great old year \
    off come since against go came right used take three himself few house use during without again place around however home small \
    found thought went say part once general high upon school every government different number water course war until always away \
    something fact though enough almost morning window quietly understanding extraordinary photographs neighbourhood remembered \
    lighthouse uncomfortable philosophical Wednesday electromagnetic responsibilities café naïve Zürich
    """.split { $0 == " " || $0 == "\n" }

  static func text(bytes: Int) -> String {
    var text = ""
    var state: UInt64 = 88_172_645_463_325_252
    /// Below `bound`: a xorshift is random enough for words.
    func draw(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    while text.utf8.count < bytes {
      for place in 0..<(5 + draw(16)) {
        // The smaller of draws of draws makes the first words the commonest.
        let word = words[draw(1 + draw(1 + draw(words.count)))]
        text += place == 0 ? word.prefix(1).uppercased() + word.dropFirst() : " " + word
        if draw(12) == 0 { text += "," } else if draw(60) == 0 { text += " \(draw(3000))" }
      }
      text += [". ", ". ", "? ", "! ", ".\n\n"][draw(5)]
    }
    return text
  }
}
