import OpenAIAPI

/// `GET /version`: which Kvota this is.
struct Version: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    try await responder.send(["version": .string(call.service.version)])
  }
}
