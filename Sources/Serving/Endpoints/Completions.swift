import FoundationEssentials
import OpenAIAPI

/// `POST /v1/completions`: continues each prompt.
struct Completions: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let (request, ignoredFields) = try await call.read {
      let wanted = try RequestDecoding.completion(call.body)
      return (try model.request(wanted, header: call.cacheHeader), wanted.ignoredFields)
    }
    responder.ignoredFields = ignoredFields
    let generation = try Generation(
      request, model: model, metrics: call.service.metrics, client: call.client, prompt: "prompt")
    let head = ResponseHead(
      id: "cmpl-\(RequestID.random())", createdSeconds: Int(Date().timeIntervalSince1970),
      model: request.model)
    let format = CompletionFormat(
      head, choices: request.sequences.count, usage: request.includesUsage ? .pending : .omitted)
    try await GenerationAnswer(request: request, generation: generation, format: format).send(to: responder)
  }
}
