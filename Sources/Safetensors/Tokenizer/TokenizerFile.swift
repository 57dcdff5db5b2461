import GGUF
import OpenAIAPI
import Tokenizing

/// A `tokenizer.json`: byte-pair encoding over bytes or over characters, its added tokens, and how text is cut.
struct TokenizerFile {
  private let file: JSONFile
  private let model: JSONFile
  private let vocabulary: TokenList
  private let merges: MergeList
  private let preparation: TextPreparation

  init(_ file: JSONFile) throws {
    self.file = file
    model = try file.require("model") { (key) throws(SafetensorsError) in try file.member(key) }
    let type = try model.string("type") ?? "BPE"
    guard type == "BPE" else {
      throw SafetensorsError.unsupported(
        file: file.path, what: "a tokenizer of the kind '\(type.prefix(80))'", known: "BPE")
    }
    preparation = try TextPreparation(file)
    merges = try MergeList(model)
    vocabulary = try TokenList(file, model: model, isByteLevel: preparation.isByteLevel)
  }

  /// The number of the token with this text, if there is one.
  func token(_ text: String) -> Int? { vocabulary.token(text) }

  func contains(_ token: Int) -> Bool { vocabulary.texts.indices.contains(token) }

  /// What GGUF calls `tokenizer.ggml.*`, and keys of our own for what it cannot say.
  func metadata() throws -> [(key: String, value: GGUFValue)] {
    var pairs: [(key: String, value: GGUFValue)] = [
      ("tokenizer.ggml.model", .string(preparation.isByteLevel ? "gpt2" : "llama")),
      ("tokenizer.ggml.tokens", .strings(vocabulary.texts)),
      ("tokenizer.ggml.token_type", .int32s(vocabulary.kinds.map { Int32($0.rawValue) })),
      (SwallowingTokens.key, .int32s(vocabulary.swallowing.map { Int32($0) })),
    ]
    if let unknown = vocabulary.unknown {
      pairs.append(("tokenizer.ggml.unknown_token_id", .uint32(UInt32(unknown))))
    }
    if preparation.isByteLevel {
      pairs.append(("tokenizer.ggml.merges", .strings(merges.pairs.map { "\($0.left) \($0.right)" })))
      pairs.append((TextPatterns.key, .strings(preparation.patterns)))
      pairs.append((TextPatterns.wholeTokensKey, .bool(try model.boolean("ignore_merges") ?? false)))
    } else {
      pairs.append(("tokenizer.ggml.scores", .float32s(merges.scores(of: vocabulary))))
      pairs.append(("tokenizer.ggml.add_space_prefix", .bool(preparation.addsSpace)))
      pairs.append((OwnSpace.firstOnlyKey, .bool(preparation.addsFirstSpaceOnly)))
      pairs.append((OwnSpace.unlessThereKey, .bool(preparation.addsSpaceUnlessThere)))
    }
    return pairs
  }

  /// Whether the template for a single text puts this token before it.
  func beginsWith(_ token: Int) throws -> Bool? {
    guard let processor = try file.member("post_processor") else { return nil }
    for part in try processor.type("Sequence", "processors")
    where try part.string("type") == "TemplateProcessing" {
      guard case .object(let first)? = try part.require("single", part.array).first,
        case .object(let special)? = first["SpecialToken"], case .string(let text)? = special["id"]
      else { return false }
      return self.token(text) == token
    }
    return nil
  }
}

extension JSONFile {
  /// The members of a list if this object is one of that type, else the object itself.
  func type(_ list: String, _ key: String) throws(SafetensorsError) -> [JSONFile] {
    guard try require("type", string) == list else { return [self] }
    var parts: [JSONFile] = []
    for element in try require(key, array) {
      guard case .object(let object) = element else { throw bad(key, element, "objects") }
      parts.append(JSONFile(path: path, object: object))
    }
    return parts
  }
}
