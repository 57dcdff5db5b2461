import Inference
import OpenAIAPI
import Tokenizing

/// `GET /props`: what llama-server tells of itself and of what requests get that do not say.
struct Props: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let vocabulary = model.tokenizer.vocabulary
    let text = { (token: Int32?) in JSONValue(token.map(vocabulary.text(of:))) }
    try await responder.send([
      "default_generation_settings": [
        "n_ctx": .integer(model.limits.contextLength),
        "params": [
          "temperature": 1, "top_p": 1, "top_k": 0, "min_p": 0, "typical_p": 1, "repeat_penalty": 1,
          "presence_penalty": 0, "frequency_penalty": 0,
          "max_tokens": .integer(CompletionRequest.defaultMaxTokens),
          "speculate": .integer(model.limits.speculation),
        ],
      ],
      "total_slots": .integer(model.engine.settings.maxSequences), "model_alias": .string(model.limits.alias),
      "chat_template": .string(model.conversation.templateText), "bos_token": text(vocabulary.bos),
      "eos_token": text(vocabulary.eos), "modalities": ["vision": false, "audio": false],
      "build_info": .string("kvota \(call.service.version)"),
    ])
  }
}

/// `GET /slots`: llama-server's places for sequences, of which we have as many as may run; who has which has no meaning here.
struct Slots: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let running = model.engine.statistics.running
    let slots = (0..<model.engine.settings.maxSequences).map { slot -> JSONValue in
      [
        "id": .integer(slot), "n_ctx": .integer(model.limits.contextLength),
        "speculative": .boolean(model.limits.speculation > 0), "is_processing": .boolean(slot < running),
      ]
    }
    try await responder.send(.array(slots))
  }
}
