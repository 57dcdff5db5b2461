import OpenAIAPI
import Tokenizing

/// `POST /tokenize`: the tokens of a text, under llama-server's field names (`content`) and vLLM's (`prompt`).
struct Tokenize: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    try await responder.send(json: call.read { try answer(RequestDecoding.object($0), model).encoded })
  }

  private func answer(_ body: JSONObject, _ model: ServedModel) throws -> JSONValue {
    guard case .string(let text)? = body["content"] ?? body["prompt"] else {
      throw APIError.invalidRequest(
        "send the text as a string in 'content' or 'prompt'", param: "content",
        code: "missing_required_parameter")
    }
    // llama-server adds none unless told to, vLLM adds them unless told not to.
    let adds =
      try body.boolean("add_special_tokens") ?? body.boolean("add_special") ?? (body["content"] == nil)
    let tokens = model.tokenizer.encode(
      text, parseSpecial: try body.boolean("parse_special") ?? true, addBOS: adds && model.tokenizer.addsBOS)
    return [
      "tokens": .array(tokens.map { .integer(Int($0)) }), "count": .integer(tokens.count),
      "max_model_len": .integer(model.limits.contextLength),
    ]
  }
}

/// `POST /detokenize`: the text of tokens, under llama-server's name (`content`) and vLLM's (`prompt`).
struct Detokenize: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    try await responder.send(json: call.read { try answer(RequestDecoding.object($0), model).encoded })
  }

  private func answer(_ body: JSONObject, _ model: ServedModel) throws -> JSONValue {
    guard case .array(let elements)? = body["tokens"] else {
      throw APIError.invalidRequest(
        "send the token ids as an array in 'tokens'", param: "tokens", code: "missing_required_parameter")
    }
    let tokens = try elements.enumerated().map { index, element in
      guard case .integer(let number) = element, let token = Int32(exactly: number),
        model.tokenizer.vocabulary.contains(token)
      else {
        throw APIError.invalidRequest(
          "'tokens[\(index)]' is not a token id from 0 to \(model.tokenizer.vocabulary.count - 1)",
          param: "tokens[\(index)]", code: "invalid_value")
      }
      return token
    }
    let text = JSONValue.string(model.tokenizer.decode(tokens))
    return ["content": text, "prompt": text]
  }
}

extension JSONObject {
  fileprivate func boolean(_ name: String) throws(APIError) -> Bool? {
    switch self[name] {
    case nil, .null?: return nil
    case .boolean(let value)?: return value
    case .some(let other):
      throw .invalidRequest(
        "'\(name)' must be a boolean, found \(other.kind)", param: name, code: "invalid_type")
    }
  }
}
