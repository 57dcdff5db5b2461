/// Whose request a sequence is, where one may have only so many at a time.
package struct Client: Sendable, Equatable {
  /// The same for all of its requests.
  package let name: String
  /// Sequences that it may have here, waiting ones included; nil takes the engine's limit for everybody.
  package let limit: Int?

  package init(name: String, limit: Int? = nil) {
    self.name = name
    self.limit = limit
  }
}
