import Testing

@testable import Inference

@Suite struct PrefillPaceTests {
  /// A machine whose steps take `fixed` seconds, and `perToken` more for each prompt token.
  private func settled(fixed: Double, perToken: Double, streams: Int, target: Double = 0.05) -> PrefillPace {
    var pace = PrefillPace(targetSeconds: target, mostTokens: 256)
    for step in 0..<60 {
      let tokens = step % 3 == 0 ? 0 : pace.room(streams: streams)
      pace.record(seconds: fixed + perToken * Double(tokens), streams: streams, promptTokens: tokens)
    }
    return pace
  }

  @Test(
    "a step with streams lasts two and a half times as long as one without a prompt", arguments: [1, 8, 60])
  func slowdown(streams: Int) {
    let room = settled(fixed: 0.008, perToken: 0.0005, streams: streams).room(streams: streams)
    #expect((22...24).contains(room), "0.008 + 24 * 0.0005 = 2.5 * 0.008, but \(room)")
  }

  @Test("and never longer than the target")
  func target() {
    let room = settled(fixed: 0.04, perToken: 0.0005, streams: 4).room(streams: 4)
    #expect((18...20).contains(room), "0.04 + 20 * 0.0005 = 0.05, but \(room)")
  }

  @Test("prompts get on even where decoding alone takes longer than the target")
  func alwaysSome() {
    #expect(settled(fixed: 0.2, perToken: 0.01, streams: 4).room(streams: 4) == 8)
  }

  @Test("without streams a step may last four targets, up to the most tokens of a step")
  func withoutStreams() {
    #expect(settled(fixed: 0.005, perToken: 0.0005, streams: 1).room(streams: 0) == 256)
    let slow = settled(fixed: 0.05, perToken: 0.01, streams: 1).room(streams: 0)
    #expect((18...20).contains(slow), "0.2 / 0.01, but \(slow)")
  }
}
