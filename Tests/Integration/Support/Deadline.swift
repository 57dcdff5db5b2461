/// Something did not come about in time.
struct DeadlineMissed: Error, CustomStringConvertible {
  let description: String
}

/// Asks again and again until `probe` gives a value, and throws when the time is over.
func eventually<Value>(
  _ what: String, within limit: Duration, _ probe: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    if let value = try await probe() { return value }
    guard ContinuousClock.now < deadline else {
      throw DeadlineMissed(description: "\(what): not within \(limit)")
    }
    try await Task.sleep(for: .milliseconds(20))
  }
}
