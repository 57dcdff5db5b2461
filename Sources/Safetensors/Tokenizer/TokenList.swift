import GGUF
import OpenAIAPI
import Tokenizing

/// All tokens of a `tokenizer.json` by their numbers, and what each is for.
struct TokenList {
  private(set) var texts: [String]
  private(set) var kinds: [TokenKind]
  /// Tokens that take the white space behind them.
  private(set) var swallowing: [Int] = []
  private(set) var unknown: Int?
  private let numbers: JSONObject
  private var added = JSONObject()

  /// Numbers may be left out, but a small file must not ask for a large table.
  private static let mostGaps = 1 << 16

  init(_ file: JSONFile, model: JSONFile, isByteLevel: Bool) throws {
    numbers = try model.require("vocab") { (key) throws(SafetensorsError) in try model.member(key) }.object
    let addedTokens = try AddedToken.all(file)
    for token in addedTokens { added[token.text] = .integer(token.number) }
    let count = try Self.count(file, numbers, addedTokens)
    texts = (0..<count).map { "[unused\($0)]" }
    kinds = Array(repeating: .unused, count: count)
    for name in numbers.names {
      guard case .integer(let number)? = numbers[name], kinds[number] == .unused else {
        throw SafetensorsError.malformed(
          file: file.path, found: "token '\(name.prefix(80))' with a number that another has",
          expected: "each number once")
      }
      texts[number] = name
      kinds[number] = !isByteLevel && Self.isByte(name) ? .byte : .normal
    }
    for token in addedTokens {
      texts[token.number] = token.text
      kinds[token.number] = token.isSpecial ? .control : .userDefined
      if token.swallowsSpace { swallowing.append(token.number) }
    }
    if let text = try model.string("unk_token"), let number = token(text) {
      unknown = number
      kinds[number] = .unknown
    }
  }

  func token(_ text: String) -> Int? {
    guard case .integer(let number)? = added[text] ?? numbers[text] else { return nil }
    return number
  }

  private static func count(
    _ file: JSONFile, _ numbers: JSONObject, _ added: [AddedToken]
  ) throws(SafetensorsError) -> Int {
    var greatest = added.map(\.number).max() ?? -1
    let most = numbers.names.count + added.count + mostGaps
    for name in numbers.names {
      guard case .integer(let number)? = numbers[name], (0..<most).contains(number) else {
        throw .malformed(
          file: file.path, found: "the number of token '\(name.prefix(80))'", expected: "0 to \(most - 1)")
      }
      greatest = max(greatest, number)
    }
    guard (0..<most).contains(greatest) else {
      throw .malformed(file: file.path, found: "the token number \(greatest)", expected: "0 to \(most - 1)")
    }
    return greatest + 1
  }

  /// Whether a text is one like `<0x0A>`.
  private static func isByte(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return bytes.count == 6 && text.hasPrefix("<0x") && text.hasSuffix(">")
      && UInt8(text.dropFirst(3).dropLast(), radix: 16) != nil
  }
}

/// A token that stands in text as it is.
struct AddedToken {
  let number: Int
  let text: String
  let isSpecial: Bool
  let swallowsSpace: Bool

  static func all(_ file: JSONFile) throws(SafetensorsError) -> [AddedToken] {
    var tokens: [AddedToken] = []
    for element in try file.array("added_tokens") ?? [] {
      guard case .object(let object) = element else { throw file.bad("added_tokens", element, "objects") }
      let entry = JSONFile(path: file.path, object: object)
      let number = try entry.require("id", entry.count)
      tokens.append(
        AddedToken(
          number: number, text: try entry.require("content", entry.string),
          isSpecial: try entry.boolean("special") ?? false,
          swallowsSpace: try entry.boolean("rstrip") ?? false))
    }
    return tokens
  }
}
