/// How long a connection may go on as it does, and what happens when it does not.
///
/// Pure state: it is told what happened and when, and says until when the next thing must happen.
package struct ConnectionLifetime: Sendable {
  package typealias Instant = ContinuousClock.Instant

  /// What to do when the deadline has passed.
  package enum Expiry: Equatable, Sendable {
    /// Nothing was asked, so nothing is said.
    case closeQuietly
    case refuse(HTTPError)
  }

  /// What to do after a response.
  package enum NextStep: Equatable, Sendable {
    case awaitRequest
    case close
  }

  private enum Phase {
    case idle(until: Instant)
    case head(until: Instant)
    /// `until` is when its bytes have earned time for, all in all.
    case body(latest: Instant, until: Instant)
    case responding
  }

  private let limits: HTTPLimits
  private var phase: Phase
  private var requestsBegun = 0

  /// A connection that was just accepted: its first request has the time a header may take.
  package init(limits: HTTPLimits, now: Instant) {
    self.limits = limits
    phase = .idle(until: now + limits.headerTime)
  }

  /// Bytes came in.
  package mutating func received(bytes: Int, at now: Instant) {
    switch phase {
    case .idle: phase = .head(until: now + limits.headerTime)
    case .body(_, let until):
      let earned = Duration.seconds(Double(bytes) / Double(max(1, limits.bodyBytesPerSecond)))
      let most = limits.bodyIdleTime + HTTPLimits.mostBodyTimeSaved
      phase = .body(latest: now, until: min(until + earned, now + most))
    case .head, .responding: break
    }
  }

  /// A header section is complete and its body comes next.
  package mutating func headEnded(at now: Instant) {
    phase = .body(latest: now, until: now + limits.bodyIdleTime)
    requestsBegun += 1
  }

  /// A request is complete; how long its answer takes is for the handler to say.
  package mutating func requestEnded() { phase = .responding }

  /// A response is complete.
  ///
  /// - Parameters:
  ///   - keepAlive: whether the response left the connection open.
  ///   - pipelined: whether bytes of a further request are here already.
  ///   - now: the time.
  /// - Returns: whether to wait for another request.
  package mutating func responseEnded(keepAlive: Bool, pipelined: Bool, at now: Instant) -> NextStep {
    guard keepAlive, requestsBegun < limits.requestsPerConnection else { return .close }
    phase = pipelined ? .head(until: now + limits.headerTime) : .idle(until: now + limits.keepAliveTime)
    return .awaitRequest
  }

  /// Whether the response to the current request may offer to keep the connection open.
  package var mayKeepAlive: Bool { requestsBegun < limits.requestsPerConnection }

  /// Until when the next bytes must come; nil while a handler is at work.
  ///
  /// A body must neither pause too long nor, all in all, come too slowly; it starts with the allowance of one pause, so that a slow
  /// first segment is forgiven, and saves a minute at most, or one whose most came at once could end as slowly as it likes.
  package var deadline: Instant? {
    switch phase {
    case .idle(let until), .head(let until): return until
    case .body(let latest, let until): return min(latest + limits.bodyIdleTime, until)
    case .responding: return nil
    }
  }

  /// What the passing of the deadline means now.
  package var expiry: Expiry {
    switch phase {
    case .idle, .responding: .closeQuietly
    case .head: .refuse(.timeout("the header section took longer than \(limits.headerTime)"))
    case .body:
      .refuse(
        .timeout(
          "the body paused for \(limits.bodyIdleTime) or came slower than \(limits.bodyBytesPerSecond) B/s"))
    }
  }
}
