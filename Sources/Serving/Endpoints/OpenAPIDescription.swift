/// `GET /openapi.json`: the description of the API.
struct OpenAPIDescription: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    try await responder.send(json: Array(OpenAPIDocument.text.utf8))
  }
}
