/// What waits for admission, in the three measures by which a queue is bounded.
package struct QueueLoad: Sendable, Equatable {
  package var requests = 0
  package var promptTokens = 0
  /// Peak bytes of the caches that the requests would get.
  package var cacheBytes = 0

  package init(requests: Int = 0, promptTokens: Int = 0, cacheBytes: Int = 0) {
    self.requests = requests
    self.promptTokens = promptTokens
    self.cacheBytes = cacheBytes
  }

  static func += (a: inout Self, b: Self) {
    a.requests += b.requests
    a.promptTokens += b.promptTokens
    a.cacheBytes += b.cacheBytes
  }

  static func -= (a: inout Self, b: Self) {
    a.requests -= b.requests
    a.promptTokens -= b.promptTokens
    a.cacheBytes -= b.cacheBytes
  }

  /// The measure by which `more` would be too much beside this, if any.
  func overflow(_ more: Self, limits: Self) -> QueueMeasure? {
    if requests + more.requests > limits.requests { return .requests }
    // What is larger than a whole queue alone may still wait, by itself.
    guard requests > 0 else { return nil }
    if promptTokens + more.promptTokens > limits.promptTokens { return .promptTokens }
    if cacheBytes + more.cacheBytes > limits.cacheBytes { return .cacheBytes }
    return nil
  }
}

/// One of the measures by which a queue is bounded.
package enum QueueMeasure: String, Sendable {
  case requests = "requests"
  case promptTokens = "prompt tokens"
  case cacheBytes = "bytes of KV cache"
}
