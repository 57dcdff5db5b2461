import FoundationEssentials
import OpenAIAPI
import Tokenizing

/// `POST /tokenize`: the tokens of a text or a conversation.
struct Tokenize: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let json = try await call.takingTurns { _ in
      let wanted = try await call.read { try TokenizeRequest(RequestDecoding.object($0, depth: $1)) }
      responder.ignoredFields = wanted.ignoredFields
      _ = try model.limits.reference(to: wanted.model)
      return try await call.compute { try answer(wanted, model).encoded }
    }
    try await responder.send(json: json)
  }

  private func answer(_ wanted: TokenizeRequest, _ model: ServedModel) throws(APIError) -> JSONValue {
    let tokens = try tokens(wanted, model)
    try model.limits.checkTold(tokens: tokens.count, param: wanted.inputField)
    let names = { (token: Int32) in model.tokenizer.vocabulary.text(naming: token) }
    var answer: JSONObject = [
      "tokens": .array(
        tokens.map { wanted.withPieces ? Self.piece($0, names($0)) : .integer(Int($0)) }),
      "count": .integer(tokens.count), "max_model_len": .integer(model.limits.contextLength),
    ]
    if wanted.withTexts { answer["token_strs"] = .array(tokens.map { .string(names($0).text) }) }
    return .object(answer)
  }

  private func tokens(_ wanted: TokenizeRequest, _ model: ServedModel) throws(APIError) -> [Int32] {
    switch wanted.input {
    case .text(let text):
      try check(text, wanted, model)
      return model.tokenizer.encode(
        text, parseSpecial: wanted.parsesSpecial, addBOS: wanted.addsSpecial && model.tokenizer.addsBOS)
    case .conversation(let conversation):
      let text = try model.conversation.text(
        conversation, nowSeconds: Int(Date().timeIntervalSince1970))
      try check(text, wanted, model)
      return model.conversation.tokens(text, tokenizer: model.tokenizer)
    }
  }

  /// To cut megabytes that are too long in any case takes seconds.
  private func check(
    _ text: String, _ wanted: TokenizeRequest, _ model: ServedModel
  ) throws(APIError) {
    try model.limits.checkTold(tokens: model.tokenizer.fewestTokens(in: text), param: wanted.inputField)
  }

  /// llama-server's form: the piece's text, or its bytes if these are none.
  private static func piece(_ token: Int32, _ name: TokenText) -> JSONValue {
    [
      "id": .integer(Int(token)),
      "piece": name.isText ? .string(name.text) : .array(name.bytes.map { .integer(Int($0)) }),
    ]
  }
}

/// `POST /detokenize`: the text of tokens, under llama-server's name (`content`) and vLLM's (`prompt`).
struct Detokenize: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let json = try await call.takingTurns { _ in
      let wanted = try await call.read { try DetokenizeRequest(RequestDecoding.object($0, depth: $1)) }
      responder.ignoredFields = wanted.ignoredFields
      _ = try model.limits.reference(to: wanted.model)
      return try await call.compute { try answer(wanted, model).encoded }
    }
    try await responder.send(json: json)
  }

  private func answer(_ wanted: DetokenizeRequest, _ model: ServedModel) throws(APIError) -> JSONValue {
    try model.limits.checkTold(tokens: wanted.tokens.count, param: "tokens")
    let size = model.tokenizer.vocabulary.count
    if let index = wanted.tokens.firstIndex(where: { $0 >= size }) {
      throw .invalidRequest(
        "'tokens[\(index)]' is \(wanted.tokens[index]), the vocabulary ends at \(size - 1)",
        param: "tokens[\(index)]", code: "invalid_value")
    }
    let text = JSONValue.string(model.tokenizer.decode(wanted.tokens.map { Int32(clamping: $0) }))
    return ["content": text, "prompt": text]
  }
}

/// `POST /apply-template`: a conversation as the model's template writes it.
struct ApplyTemplate: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let nowSeconds = Int(Date().timeIntervalSince1970)
    let json = try await call.takingTurns { _ in
      let wanted = try await call.read { try ApplyTemplateRequest(RequestDecoding.object($0, depth: $1)) }
      responder.ignoredFields = wanted.ignoredFields
      _ = try model.limits.reference(to: wanted.model)
      return try await call.compute {
        let text = try model.conversation.text(wanted.conversation, nowSeconds: nowSeconds)
        let answer: JSONValue = ["prompt": .string(PlainMarks.parts(text).map { String($0.text) }.joined())]
        return answer.encoded
      }
    }
    try await responder.send(json: json)
  }
}

/// `GET /tokenizer_info`: what clients that write prompts themselves want to know of the tokenizer, in vLLM's words.
struct TokenizerInfo: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let vocabulary = model.tokenizer.vocabulary
    let text = { (token: Int32?) in JSONValue(token.map(vocabulary.text(of:))) }
    try await responder.send([
      "tokenizer_class": "PreTrainedTokenizerFast", "vocab_size": .integer(vocabulary.count),
      "model_max_length": .integer(model.limits.contextLength),
      "add_bos_token": .boolean(model.tokenizer.addsBOS), "bos_token": text(vocabulary.bos),
      "eos_token": text(vocabulary.eos), "unk_token": text(vocabulary.unknown),
      "pad_token": text(vocabulary.padding), "chat_template": .string(model.conversation.templateText),
    ])
  }
}
