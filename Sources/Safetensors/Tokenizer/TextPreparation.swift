import OpenAIAPI
import Tokenizing

/// What a `tokenizer.json` does to text before it merges.
struct TextPreparation {
  /// Whether bytes merge, written in GPT-2's alphabet, or characters with U+2581 for the space.
  let isByteLevel: Bool
  /// By which text is cut into words, each cutting the pieces of the one before.
  private(set) var patterns: [String] = []
  /// Whether a text begins with a space of the tokenizer's own.
  private(set) var addsSpace = false
  /// Whether text behind an added token has none.
  private(set) var addsFirstSpaceOnly = false
  /// Whether text that begins with a space has none.
  private(set) var addsSpaceUnlessThere = false
  private let file: JSONFile

  init(_ file: JSONFile) throws {
    self.file = file
    let steps = try file.member("pre_tokenizer").map { try $0.type("Sequence", "pretokenizers") } ?? []
    isByteLevel = try steps.contains { try $0.string("type") == "ByteLevel" }
    for step in try file.member("normalizer").map({ try $0.type("Sequence", "normalizers") }) ?? [] {
      try normalize(step)
    }
    for step in steps { try cut(step) }
  }

  private mutating func normalize(_ step: JSONFile) throws {
    switch try step.require("type", step.string) {
    // Text is nearly always composed already; other servers leave it as it is, too.
    case "NFC": return
    case "Prepend" where try step.string("prepend") == "\u{2581}" && !isByteLevel: addsSpace = true
    case "Replace" where try step.string("content") == "\u{2581}" && !isByteLevel: return
    case let other:
      throw unsupported("the normalizer '\(other.prefix(80))'", "NFC, and Prepend and Replace of spaces")
    }
  }

  private mutating func cut(_ step: JSONFile) throws {
    switch try step.require("type", step.string) {
    case "ByteLevel":
      guard try step.boolean("add_prefix_space") != true else {
        throw unsupported("a space before each text (add_prefix_space)", "texts as they are")
      }
      if try step.boolean("use_regex") ?? true { patterns.append(PreTokenizers.gpt2) }
    case "Split" where isByteLevel: patterns.append(try splitPattern(step))
    // Gemma's cuts at spaces, of which its normalizer leaves none.
    case "Split": return
    case "Digits": patterns.append(try step.boolean("individual_digits") ?? false ? #"\p{N}"# : #"\p{N}+"#)
    case "Punctuation" where try step.string("behavior") == "Contiguous":
      patterns.append(PreTokenizers.punctuation)
    case "Metaspace" where !isByteLevel:
      let scheme = try step.string("prepend_scheme")
      (addsFirstSpaceOnly, addsSpaceUnlessThere) = (scheme == "first", true)
      addsSpace = try scheme.map { $0 != "never" } ?? step.boolean("add_prefix_space") ?? true
    case let other:
      throw unsupported(
        "the pre-tokenizer '\(other.prefix(80))'", "ByteLevel, Split, Digits, Punctuation, Metaspace")
    }
  }

  /// What is matched is a piece: the rest is one too, or there is no rest.
  private func splitPattern(_ step: JSONFile) throws -> String {
    let behavior = try step.require("behavior", step.string)
    let isInverted = try step.boolean("invert") ?? false
    guard (behavior == "Isolated" && !isInverted) || (behavior == "Removed" && isInverted),
      let pattern = try step.member("pattern"), let text = try pattern.string("Regex")
    else {
      throw unsupported("a Split that is '\(behavior.prefix(80))'", "a Regex that isolates its matches")
    }
    return text
  }

  private func unsupported(_ what: String, _ known: String) -> SafetensorsError {
    .unsupported(file: file.path, what: what, known: known)
  }
}
