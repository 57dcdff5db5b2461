import OpenAIAPI

/// `GET /v1/models`: the model, and its names under a budget of each policy.
struct Models: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    let models = model.limits.listedModels.map { ModelObject(id: $0, createdSeconds: model.createdSeconds) }
    try await responder.send(ModelList(models: models).json)
  }
}

/// `GET /v1/models/{id}`: one name, listed or not, that requests may use.
struct ModelByName: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = try call.service.model
    _ = try model.limits.reference(to: call.parameter)
    try await responder.send(ModelObject(id: call.parameter, createdSeconds: model.createdSeconds).json)
  }
}
