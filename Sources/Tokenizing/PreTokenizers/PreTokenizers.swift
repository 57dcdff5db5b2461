/// How one family of models prepares text for merging.
struct PreTokenizer: Sendable {
  /// Values of `tokenizer.ggml.pre` that mean this one.
  let names: [String]
  let splitter: TextSplitter
  /// A word that is a token is taken as it is, even where merging would give others.
  var takesWholeTokens = false
  /// Whether sequences start with the begin token when the file does not say.
  var addsBOS = false
}

/// The table of known pre-tokenizers, with the patterns of the models' own `tokenizer.json`: a new one is a line here.
package enum PreTokenizers {
  /// Every name that can be given.
  package static var names: [String] { patterns.flatMap(\.names) }

  /// Throws `TokenizingError.unknownPreTokenizer`.
  static func named(_ name: String) throws(TokenizingError) -> PreTokenizer {
    guard let found = patterns.first(where: { $0.names.contains(name) }) else {
      throw .unknownPreTokenizer(name, known: names)
    }
    return try found.preTokenizer()
  }

  struct Entry: Sendable {
    let names: [String]
    let stages: [String]
    var takesWholeTokens = false
    var addsBOS = false

    func preTokenizer() throws(TokenizingError) -> PreTokenizer {
      do throws(PatternError) {
        return PreTokenizer(
          names: names, splitter: try TextSplitter(stages), takesWholeTokens: takesWholeTokens,
          addsBOS: addsBOS)
      } catch {
        throw .malformed(found: "\(error)", expected: "a pattern that this version knows")
      }
    }
  }

  /// GPT-2's, which byte-level tokenizers have unless they say otherwise.
  package static let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  /// Falcon's cuts these first.
  package static let punctuation = #"[\p{P}\$\+<=>\^~\|`]+"#
  private static let endings = #"(?:(?i:'s|'t|'re|'ve|'m|'ll|'d))?"#
  /// Llama 3's, with so many digits at a time; `letters` are what words are made of.
  private static func llama3(digits: String, letters: String = #"\p{L}"#) -> String {
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\#(letters)+|\#(digits)| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
  /// GPT-4o's: a word begins with capitals and goes on with small letters.
  private static func cased(digits: String, endings: String) -> String {
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+\#(endings)|"#
      + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*\#(endings)|"#
      + #"\#(digits)| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }
  private static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#

  static let patterns = [
    Entry(
      names: ["gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-es", "jina-de", "gigachat", "roberta-bpe"],
      stages: [gpt2]),
    Entry(
      names: ["smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"],
      stages: [#"\p{N}"#, gpt2]),
    Entry(
      names: ["qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez"],
      stages: [llama3(digits: #"\p{N}"#)]),
    Entry(names: ["qwen35"], stages: [llama3(digits: #"\p{N}"#, letters: #"[\p{L}\p{M}]"#)]),
    Entry(
      names: ["llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral"],
      stages: [llama3(digits: #"\p{N}{1,3}"#)], takesWholeTokens: true, addsBOS: true),
    Entry(names: ["dbrx", "smaug-bpe", "glm4", "chatglm-bpe"], stages: [llama3(digits: #"\p{N}{1,3}"#)]),
    Entry(names: ["gpt-4o", "llama4"], stages: [cased(digits: #"\p{N}{1,3}"#, endings: endings)]),
    Entry(
      names: ["tekken"], stages: [cased(digits: #"\p{N}"#, endings: "")], takesWholeTokens: true,
      addsBOS: true),
    Entry(
      names: ["deepseek-llm"],
      stages: [
        #"[\r\n]"#, #"\s?\#(casedLetters)+"#, #"\s?[!-/:-~！-／：-～‘-‟　-。]+"#, #"\s+$"#, #"[一-龥ࠀ-一가-퟿]+"#,
        #"\p{N}+"#,
      ]),
    Entry(
      names: ["deepseek-coder"],
      stages: [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, #"[一-龥ࠀ-一가-퟿]+"#, #"\p{N}"#]),
    Entry(
      names: ["deepseek-v3", "hunyuan-dense"],
      stages: [
        #"\p{N}{1,3}"#, #"[一-龥぀-ゟ゠-ヿ]+"#,
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"##
          + #" ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#,
      ]),
    Entry(names: ["falcon"], stages: [punctuation, gpt2, "[0-9][0-9][0-9]"]),
    Entry(names: ["bloom", "poro-chat", "gpt3-finnish"], stages: [bloom]),
    Entry(names: ["viking"], stages: [bloom, #"\p{N}"#]),
    Entry(names: ["default"], stages: [#"[\p{P}\$\+<=>\^~\|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]),
  ]

  /// The letters that DeepSeek's first pattern lists one by one: those of scripts with capitals.
  private static let casedLetters =
    #"[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\#u{1F7D}ᾀ-ᾴᾶ-ᾼ\#u{1FBE}ῂ-ῄῆ-ῌῐ-\#u{1FD3}ῖ-\#u{1FDB}ῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\#u{2126}ℨ\#u{212A}-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]"#
}
