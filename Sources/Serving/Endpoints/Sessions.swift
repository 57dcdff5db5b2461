import OpenAIAPI

/// `GET /v1/kv/sessions`: the saved sessions by name.
struct Sessions: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let store = try call.service.model.sessionStore(otherwise: 404)
    try await responder.send(SessionList(sessions: store.list()).json)
  }
}

/// `GET /v1/kv/sessions/{name}`: what is known of one.
struct SessionByName: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let store = try call.service.model.sessionStore(otherwise: 404)
    try await responder.send(store.object(named: call.parameter).json)
  }
}

/// `DELETE /v1/kv/sessions/{name}`: removes one for good.
struct SessionDeletions: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let store = try call.service.model.sessionStore(otherwise: 404)
    try await store.delete(call.parameter)
    try await responder.send(SessionDeletion(name: call.parameter).json)
  }
}
