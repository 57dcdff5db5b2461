import OpenAIAPI

/// `GET /livez`: whether the process answers at all.
struct Liveness: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    try await responder.send(json: healthy)
  }
}

/// `GET /readyz` and `/health`: whether requests are served; 503 while the model loads and when the server stops.
struct Readiness: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    if let refusal = call.service.refusal { return try await responder.send(refusal) }
    try await responder.send(json: healthy)
  }
}

/// Probes come often: this is not put together each time.
private let healthy = (["status": "ok"] as JSONValue).encoded
