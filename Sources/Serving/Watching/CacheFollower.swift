import Caching
import Inference
import OpenAIAPI
import Tokenizing

/// Turns the moments at which a viewer sees a sequence into the events that lead from each to the next.
struct CacheFollower {
  private var tokens = 0
  private var text: TextStream
  private var resident: ResidentTokens?

  /// Nothing seen yet.
  init(_ tokenizer: Tokenizer) { text = TextStream(tokenizer, skipSpecial: false) }

  /// The events that bring a viewer to this moment.
  mutating func events(to sighting: SequenceWatch.Sighting) -> [CacheEvent] {
    var events: [CacheEvent] = []
    if resident == nil { events.append(start(sighting)) }
    events.append(.delta(delta(to: sighting)))
    if let finish = sighting.finish {
      events.append(
        .end(
          finishReason: finish.rawValue, residentSlots: sighting.cache.residentSlots,
          evictedSlots: sighting.cache.evictedSlots))
    }
    return events
  }

  private func start(_ sighting: SequenceWatch.Sighting) -> CacheEvent {
    .start(
      CacheEvent.Start(
        policy: sighting.policy, layers: sighting.shape.layers, kvHeads: sighting.shape.kvHeads,
        promptTokens: sighting.prompt.count))
  }

  private mutating func delta(to sighting: SequenceWatch.Sighting) -> CacheEvent.Delta {
    var resident = resident ?? ResidentTokens(heads: sighting.shape.heads)
    let evicted = resident.advance(to: sighting.cache)
    self.resident = resident
    let new = newTokens(sighting)
    tokens += new.count
    return CacheEvent.Delta(
      fed: sighting.cache.fed, budgetSlots: sighting.budgetSlots,
      residentSlots: sighting.cache.residentSlots, evictedSlots: sighting.cache.evictedSlots,
      tokens: new, texts: new.map { text.push($0) }, evicted: evicted)
  }

  /// The prompt's tokens are all there from the first moment on; what no event has named yet.
  private func newTokens(_ sighting: SequenceWatch.Sighting) -> [Int32] {
    let prompt = sighting.prompt.count
    return Array(sighting.prompt.dropFirst(tokens)) + sighting.generated.dropFirst(max(0, tokens - prompt))
  }
}
