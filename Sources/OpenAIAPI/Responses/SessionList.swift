/// One entry of `/v1/kv/sessions`.
package struct SessionObject: Equatable, Sendable {
  /// What requests call it.
  package var name: String

  /// The alias of the model that it was last saved with.
  package var model: String

  /// Whether this server's model can go on with it.
  package var isUsable: Bool

  /// The eviction policy.
  package var policy: String

  /// The budget in slots for each layer and KV head; nil if there is none.
  package var budgetSlots: Int?

  /// Tokens that its cache has been fed.
  package var tokens: Int

  /// Slots for each layer and KV head that its cache holds.
  package var residentSlots: Int

  /// Size of its file.
  package var bytes: Int

  /// When it was first and last saved, in seconds since 1970.
  package var createdSeconds: Int
  package var updatedSeconds: Int

  /// Makes an entry.
  package init(
    name: String, model: String, isUsable: Bool, policy: String, budgetSlots: Int?, tokens: Int,
    residentSlots: Int, bytes: Int, createdSeconds: Int, updatedSeconds: Int
  ) {
    self.name = name
    self.model = model
    self.isUsable = isUsable
    self.policy = policy
    self.budgetSlots = budgetSlots
    self.tokens = tokens
    self.residentSlots = residentSlots
    self.bytes = bytes
    self.createdSeconds = createdSeconds
    self.updatedSeconds = updatedSeconds
  }

  /// The answer of `/v1/kv/sessions/{name}`.
  package var json: JSONValue {
    [
      "id": .string(name), "object": "kv_session", "model": .string(model), "usable": .boolean(isUsable),
      "policy": .string(policy), "budget": JSONValue(budgetSlots), "tokens": .integer(tokens),
      "resident": .integer(residentSlots), "bytes": .integer(bytes), "created": .integer(createdSeconds),
      "updated": .integer(updatedSeconds),
    ]
  }
}

/// The answer of `/v1/kv/sessions`.
package struct SessionList: Equatable, Sendable {
  /// The sessions, by name.
  package var sessions: [SessionObject]

  /// Makes a list.
  package init(sessions: [SessionObject]) { self.sessions = sessions }

  /// The response body.
  package var json: JSONValue { ["object": "list", "data": .array(sessions.map(\.json))] }
}

/// The answer to the deletion of a session, as OpenAI words deletions.
package struct SessionDeletion: Equatable, Sendable {
  /// What the session was called.
  package var name: String

  /// Makes an answer.
  package init(name: String) { self.name = name }

  /// The response body.
  package var json: JSONValue { ["id": .string(name), "object": "kv_session", "deleted": true] }
}
