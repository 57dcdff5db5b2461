import GGUF

/// A byte-pair vocabulary of any size: the bytes, then all words of two letters, of three, ..., and last `<s>` and `</s>`.
///
/// Every word merges from the word without its last letter; words may begin with a space.
struct SyntheticVocabulary {
  private(set) var tokens: [String]
  private(set) var merges: [String] = []

  private static let letters = (UInt8(ascii: "a")...UInt8(ascii: "z")).map { byteCharacters[Int($0)] }
  private static let normal: Int32 = 1
  private static let control: Int32 = 3

  /// `count` must leave room for the 256 bytes and 2 control tokens.
  init(count: Int) {
    precondition(count >= 258, "room for bytes and control tokens")
    tokens = Self.byteCharacters
    var words = [Self.byteCharacters[0x20]] + Self.letters
    var longer: [String] = []
    var next = 0
    while tokens.count < count - 2 {
      if next == words.count { (words, longer, next) = (longer, [], 0) }
      for letter in Self.letters.prefix(count - 2 - tokens.count) {
        merges.append("\(words[next]) \(letter)")
        longer.append(words[next] + letter)
        tokens.append(words[next] + letter)
      }
      next += 1
    }
    tokens += ["<s>", "</s>"]
  }

  /// The `tokenizer.ggml` keys.
  var metadata: [(key: String, value: GGUFValue)] {
    let end = UInt32(tokens.count - 1)
    let kinds = [Int32](repeating: Self.normal, count: tokens.count - 2) + [Self.control, Self.control]
    return [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("llama-bpe")),
      ("tokenizer.ggml.tokens", .strings(tokens)), ("tokenizer.ggml.token_type", .int32s(kinds)),
      ("tokenizer.ggml.merges", .strings(merges)), ("tokenizer.ggml.bos_token_id", .uint32(end - 1)),
      ("tokenizer.ggml.eos_token_id", .uint32(end)),
    ]
  }

  /// GPT-2's byte alphabet: visible Latin-1 bytes are themselves, the others follow from U+0100.
  private static let byteCharacters: [String] = {
    var hidden: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      let isVisible = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { hidden += isVisible ? 0 : 1 }
      return String(Unicode.Scalar(isVisible ? byte : hidden).map(Character.init) ?? "?")
    }
  }()
}
