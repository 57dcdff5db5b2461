import Caching

/// A request that was checked and waits for the engine.
struct Arrival: Sendable {
  let id: UInt64
  let request: SequenceRequest
  let plan: CachePlan
  let events: AsyncStream<TokenEvent>.Continuation
  let submitted: ContinuousClock.Instant
}
