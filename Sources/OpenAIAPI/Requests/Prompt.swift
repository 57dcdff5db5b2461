/// What a completion continues: a text, or token ids that need no tokenizer.
package enum Prompt: Equatable, Sendable {
  case text(String)
  case tokens([Int])

  /// The prompts of the field's four shapes: a string, strings, token ids, lists of token ids.
  static func list(_ value: JSONValue) throws(APIError) -> [Prompt] {
    if case .string(let text) = value { return [.text(text)] }
    guard case .array(let elements) = value else {
      throw .wrongType(
        "prompt", "a string, an array of strings, token ids, or an array of their arrays", value)
    }
    switch elements.first {
    case nil: throw .invalidRequest("'prompt' is an empty array", param: "prompt", code: "invalid_value")
    case .string:
      return try elements.elements("prompt", "a string like the first") { value in
        guard case .string(let text) = value else { return nil }
        return .text(text)
      }
    case .array:
      let lists = try elements.elements("prompt", "an array of token ids like the first") { value in
        guard case .array(let list) = value else { return nil as [JSONValue]? }
        return list
      }
      return try tokenLists(lists)
    default: return [.tokens(try elements.tokenIDs("prompt"))]
    }
  }

  private static func tokenLists(_ lists: [[JSONValue]]) throws(APIError) -> [Prompt] {
    var prompts: [Prompt] = []
    for (index, list) in lists.enumerated() {
      let path = "prompt[\(index)]"
      guard !list.isEmpty else {
        throw .invalidRequest("'\(path)' is an empty array", param: path, code: "invalid_value")
      }
      prompts.append(.tokens(try list.tokenIDs(path)))
    }
    return prompts
  }
}
