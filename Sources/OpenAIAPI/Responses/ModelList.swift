/// One entry of `/v1/models`.
package struct ModelObject: Equatable, Sendable {
  /// The name that requests use.
  package var id: String

  /// When the model was made known, in seconds since 1970.
  package var createdSeconds: Int

  /// Makes an entry.
  package init(id: String, createdSeconds: Int) {
    self.id = id
    self.createdSeconds = createdSeconds
  }

  /// The answer of `/v1/models/{id}`.
  package var json: JSONValue {
    ["id": .string(id), "object": "model", "created": .integer(createdSeconds), "owned_by": "kvota"]
  }
}

/// The answer of `/v1/models`.
package struct ModelList: Equatable, Sendable {
  /// The models and configured presets.
  package var models: [ModelObject]

  /// Makes a list.
  package init(models: [ModelObject]) { self.models = models }

  /// The response body.
  package var json: JSONValue { ["object": "list", "data": .array(models.map(\.json))] }
}
