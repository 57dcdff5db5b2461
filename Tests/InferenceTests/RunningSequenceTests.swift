import Caching
import Testing

@testable import Inference

@Suite struct RunningSequenceTests {
  private func submit(to inbox: Inbox) throws -> (sequence: RunningSequence, arrival: Arrival) {
    let request = SequenceRequest(prompt: [1], maxTokens: 1)
    let plan = try CachePlan(
      request.cache, shape: CacheShape(layers: 1, kvHeads: 1, queryHeads: 1, headDimension: 64),
      promptTokens: 1,
      maxNewTokens: 1)
    let (stream, events) = AsyncStream.makeStream(of: TokenEvent.self)
    let id = try inbox.submit(request.load(plan), client: nil) { id in
      Arrival(id: id, request: request, plan: plan, events: events, submitted: .now)
    }
    return (RunningSequence(events: stream, id: id, inbox: inbox), try #require(inbox.take().arrivals.first))
  }

  @Test("ending a sequence asks the engine to cancel that one")
  func endCancels() throws {
    let inbox = Inbox(settings())
    _ = try submit(to: inbox)
    let (second, arrival) = try submit(to: inbox)
    second.end()
    #expect(inbox.take().cancelled == [arrival.id])
  }

  @Test("a sequence that was ended still tells what it took")
  func endIsTold() async throws {
    let (sequence, arrival) = try submit(to: Inbox(settings()))
    sequence.end()
    arrival.events.yield(.finished(.cancelled, SequenceUsage()))
    arrival.events.finish()
    var events: [TokenEvent] = []
    for await event in sequence.events { events.append(event) }
    #expect(events == [.finished(.cancelled, SequenceUsage())])
  }
}
