import Testing

@testable import Serving

@Suite struct RequestGateTests {
  @Test("a closed gate lets nobody in")
  func closed() {
    let gate = RequestGate()
    #expect(gate.enter())
    gate.close()
    #expect(!gate.enter())
    #expect(!gate.isOpen)
  }

  @Test("closing an empty gate is the end of waiting", .timeLimit(.minutes(15)))
  func emptyAtOnce() async {
    let gate = RequestGate()
    gate.close()
    await gate.untilEmpty()
  }

  @Test("the last one out ends the waiting", .timeLimit(.minutes(15)))
  func lastLeaves() async {
    let gate = RequestGate()
    #expect(gate.enter() && gate.enter())
    gate.close()
    gate.leave()
    async let empty: Void = gate.untilEmpty()
    gate.leave()
    await empty
  }

  @Test("who waits can be cancelled", .timeLimit(.minutes(15)))
  func cancelled() async {
    let gate = RequestGate()
    #expect(gate.enter())
    let waiting = Task { await gate.untilEmpty() }
    waiting.cancel()
    await waiting.value
  }
}
