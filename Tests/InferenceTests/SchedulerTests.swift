import Caching
import Testing

@testable import Inference

@Suite struct SchedulerTests {
  @Test("no step ever holds more slots or bytes than were promised", arguments: [16, 64, 256])
  func staysWithinPromises(prefillTokens: Int) async throws {
    let stepped = try SteppedScheduler(settings { $0.prefillTokens = prefillTokens + 48 })
    let streams = try Tiny.mixed.map { try stepped.submit($0).events }
    var peaks: [String: Int] = [:]
    for plan in try Tiny.mixed.map(stepped.plan) { peaks[plan.policyName, default: 0] += plan.peakSlots }
    var steps = 0
    repeat {
      stepped.step()
      steps += 1
      let now = stepped.statistics
      #expect(now.usedBytes <= now.reservedBytes && now.reservedBytes <= stepped.pool.limitBytes)
      #expect(now.residentSlots.allSatisfy { $0.value <= peaks[$0.key] ?? 0 }, "step \(steps)")
    } while !stepped.scheduler.isIdle && steps < 1000
    #expect(stepped.scheduler.isIdle && stepped.statistics.steps == steps)
    #expect(stepped.pool.pagesInUse == 0 && stepped.pool.reservedBytes == 0 && stepped.pool.usedBytes == 0)
    for (stream, request) in zip(streams, Tiny.mixed) {
      let (outcome, plan) = (await Outcome(stream), try stepped.plan(request))
      #expect(outcome.reason == .length && outcome.tokens.count == request.maxTokens)
      #expect(outcome.usage.peakBytes == plan.peakBytes && outcome.usage.policy == plan.policyName)
      #expect(outcome.usage.residentSlots <= plan.peakSlots)
      let fed = request.prompt.count + request.maxTokens - 1
      #expect(outcome.usage.residentSlots + outcome.usage.evictedSlots == fed)
    }
  }

  @Test("a decoding sequence gets its token in every step under a long prompt")
  func noStall() throws {
    let stepped = try SteppedScheduler(settings { $0.prefillTokens = 32 })
    _ = try stepped.submit(Tiny.request(4, new: 30))
    stepped.step()
    _ = try stepped.submit(Tiny.request(900, new: 1, seed: 2))
    var (fed, alone) = (4, 0)
    for step in 1...20 {
      stepped.step()
      #expect(stepped.statistics.generatedTokens == 1 + step)
      #expect((fed...fed + 32).contains(stepped.statistics.promptTokens))
      if stepped.statistics.promptTokens == fed { alone += 1 }
      fed = stepped.statistics.promptTokens
    }
    #expect(alone == 1, "to learn what decoding takes")
  }

  @Test("a request waits while the pool is promised away, and is let in when memory comes back")
  func admissionWaits() async throws {
    let one = try SteppedScheduler(settings()).plan(Tiny.request(50, new: 10)).peakBytes
    let stepped = try SteppedScheduler(settings(pool: 2 * one + one / 2))
    let streams = try (1...5).map { try stepped.submit(Tiny.request(50, new: 10, seed: UInt64($0))).events }
    #expect(stepped.step() == 2)
    #expect(stepped.statistics.running == 2 && stepped.statistics.waiting == 3)
    var steps = 0
    while !stepped.scheduler.isIdle, steps < 200 {
      stepped.step()
      #expect(stepped.statistics.running <= 2 && stepped.pool.reservedBytes <= 2 * one)
      steps += 1
    }
    for stream in streams { #expect(await Outcome(stream).tokens.count == 10) }
  }

  @Test("no more sequences run than allowed, and they are let in in their order")
  func maxSequences() async throws {
    let stepped = try SteppedScheduler(settings { $0.maxSequences = 3 })
    let streams = try (1...7).map { try stepped.submit(Tiny.request(5, new: $0, seed: UInt64($0))).events }
    var left = 0
    while left < 7 || !stepped.scheduler.isIdle {
      left += stepped.step()
      #expect(stepped.statistics.running <= 3)
    }
    for (index, stream) in streams.enumerated() { #expect(await Outcome(stream).tokens.count == index + 1) }
  }

  @Test("a cancelled request gives everything back: in the queue, in its prompt, in its text")
  func cancellation() async throws {
    let stepped = try SteppedScheduler(
      settings { ($0.maxSequences, $0.prefillTokens) = (2, 64) })
    let decoding = try stepped.submit(Tiny.request(10, new: 500))
    let prefilling = try stepped.submit(
      Tiny.request(700, new: 5, seed: 2, cache: .init(policy: "roco", budget: .slots(64))))
    let queued = try stepped.submit(Tiny.request(10, new: 5, seed: 3))
    stepped.step()
    stepped.step()
    #expect(stepped.statistics.running == 2 && stepped.statistics.waiting == 1)
    for request in [queued, prefilling, decoding] {
      stepped.cancel(request.id)
      stepped.step()
      stepped.cancel(request.id)  // too late, and nothing happens
      let outcome = await Outcome(request.events)
      #expect(outcome.reason == .cancelled)
    }
    #expect(stepped.scheduler.isIdle && stepped.pool.pagesInUse == 0)
    #expect(stepped.pool.reservedBytes == 0 && stepped.pool.usedBytes == 0)
    #expect(stepped.statistics.finished == [.cancelled: 3])
  }

  @Test("a request that comes and is cancelled before a step is never let in")
  func cancelledOnArrival() async throws {
    let stepped = try SteppedScheduler(settings())
    let request = try stepped.submit(Tiny.request(10, new: 5))
    stepped.cancel(request.id)
    #expect(stepped.step() == 1)
    #expect(stepped.scheduler.isIdle && stepped.statistics.steps == 0)
    #expect(await Outcome(request.events).reason == .cancelled)
  }
}
