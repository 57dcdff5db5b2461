import FoundationEssentials
import GGUF
import OpenAIAPI
import Tokenizing

/// A folder's tokenizer and chat template, under the keys that GGUF has for them.
struct TokenizerFolder {
  private let folder: String
  private let tokenizer: TokenizerFile
  /// `tokenizer_config.json`: which tokens have which part to play.
  private let roles: JSONFile?
  private let config: JSONFile
  private let generation: JSONFile?

  private static let mostTokenizerBytes = 1 << 27
  private static let mostTemplateBytes = 1 << 22

  init(_ folder: String, config: JSONFile) throws {
    self.folder = folder
    self.config = config
    tokenizer = try TokenizerFile(
      JSONFile(path: folder + "/tokenizer.json", mostBytes: Self.mostTokenizerBytes))
    roles = try Self.optional(folder + "/tokenizer_config.json")
    generation = try Self.optional(folder + "/generation_config.json")
  }

  func metadata() throws -> [(key: String, value: GGUFValue)] {
    var pairs = try tokenizer.metadata()
    let ends = try endTokens()
    // One that ends the sequence, of the turn, of the message: each ends an answer.
    for (name, token) in zip(["eos", "eot", "eom"], ends) { pairs.append(id(name, token)) }
    if ends.count > 3 {
      throw SafetensorsError.badValue(
        file: generation?.path ?? config.path, key: "eos_token_id", found: "\(ends.count) tokens",
        expected: "at most 3")
    }
    let bos = try token(roles, "bos_token") ?? ids(config, "bos_token_id").first
    if let bos { pairs.append(id("bos", bos)) }
    if let padding = try token(roles, "pad_token") { pairs.append(id("padding", padding)) }
    let addsBOS = try bos.flatMap { try tokenizer.beginsWith($0) } ?? roles?.boolean("add_bos_token") ?? false
    pairs.append(("tokenizer.ggml.add_bos_token", .bool(addsBOS)))
    if let template = try chatTemplate() { pairs.append(("tokenizer.chat_template", .string(template))) }
    return pairs
  }

  private func id(_ name: String, _ token: Int) -> (key: String, value: GGUFValue) {
    ("tokenizer.ggml.\(name)_token_id", .uint32(UInt32(token)))
  }

  private func endTokens() throws -> [Int] {
    var tokens = try token(roles, "eos_token").map { [$0] } ?? []
    for token in try ids(generation, "eos_token_id") + ids(config, "eos_token_id")
    where !tokens.contains(token) {
      tokens.append(token)
    }
    return tokens
  }

  /// A token's number by its text, which is a string or an object with `content`.
  private func token(_ file: JSONFile?, _ key: String) throws -> Int? {
    guard let file, file.has(key) else { return nil }
    let text: String
    switch file.object[key] {
    case .string(let content)?: text = content
    case .object(let object)?:
      let member = JSONFile(path: file.path, object: object)
      text = try member.require("content", member.string)
    case let other: throw file.bad(key, other ?? .null, "a token's text")
    }
    guard let token = tokenizer.token(text) else {
      throw SafetensorsError.badValue(
        file: file.path, key: key, found: "'\(text.prefix(80))'", expected: "a token of tokenizer.json")
    }
    return token
  }

  /// Token numbers: one, several, or none.
  private func ids(_ file: JSONFile?, _ key: String) throws -> [Int] {
    guard let file, file.has(key) else { return [] }
    let elements: [JSONValue]
    if case .array(let array)? = file.object[key] {
      elements = array
    } else {
      elements = [file.object[key] ?? .null]
    }
    return try elements.map { element in
      guard case .integer(let number) = element, tokenizer.contains(number) else {
        throw file.bad(key, element, "numbers of tokens in tokenizer.json")
      }
      return number
    }
  }

  /// A file of its own, or a text in `tokenizer_config.json`, or the one of several there that is called `default`.
  private func chatTemplate() throws -> String? {
    let path = folder + "/chat_template.jinja"
    if FileManager.default.fileExists(atPath: path) {
      let file = try MappedFile(path: path)
      guard file.byteCount <= Self.mostTemplateBytes else {
        throw SafetensorsError.malformed(
          file: path, found: "\(file.byteCount) bytes",
          expected: "a chat template of at most \(Self.mostTemplateBytes)")
      }
      var bytes: [UInt8] = []
      file.append(0..<file.byteCount, to: &bytes)
      return String(decoding: bytes, as: UTF8.self)
    }
    guard let roles, case .array(let named)? = roles.object["chat_template"] else {
      return try roles?.string("chat_template")
    }
    for case .object(let object) in named where object["name"] == .string("default") {
      let member = JSONFile(path: roles.path, object: object)
      return try member.require("template", member.string)
    }
    return nil
  }

  private static func optional(_ path: String) throws -> JSONFile? {
    FileManager.default.fileExists(atPath: path) ? try JSONFile(path: path) : nil
  }
}
