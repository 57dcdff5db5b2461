import FoundationEssentials
import OpenAIAPI

/// `POST /v1/chat/completions`: answers a conversation.
struct ChatCompletions: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let request = try await call.takingTurns { turn in
      let wanted = try await call.read { try RequestDecoding.chatCompletion($0, depth: $1) }
      responder.ignoredFields = wanted.ignoredFields
      let session = try await call.open(wanted.parameters.session, of: model, in: turn)
      let forcesCalls = wanted.tools.map { $0.choice != .auto } ?? false
      // Grammars take long to build from a few bytes.
      return try await call.compute(isHard: forcesCalls || wanted.parameters.constraint != nil) {
        try model.request(wanted, header: call.cacheHeader, session: session)
      }
    }
    let watch = call.openWatch()
    defer { watch.map(call.closeWatch) }
    let memory = call.answerMemory
    let generation = try Generation(
      request, model: model, metrics: call.service.metrics, memory: memory, client: call.client, watch: watch,
      prompt: "messages")
    let head = ResponseHead(
      id: RequestID.make("chatcmpl-"), createdSeconds: Int(Date().timeIntervalSince1970),
      model: request.model)
    let format = ChatFormat(
      head, choices: request.sequences.count, usage: request.includesUsage ? .pending : .omitted)
    try await GenerationAnswer(request: request, generation: generation, memory: memory, format: format)
      .send(to: responder)
  }
}
