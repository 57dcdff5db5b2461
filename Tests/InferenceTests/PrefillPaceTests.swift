import Testing

@testable import Inference

@Suite struct PrefillPaceTests {
  /// A machine whose steps take `fixed` seconds, and `perToken` more for each prompt token, half as much again after 1000 slots.
  private func settled(
    fixed: Double, perToken: Double, streams: Int, target: Double = 0.05
  ) -> PrefillPace {
    var pace = PrefillPace(targetSeconds: target, mostTokens: 256)
    for step in 0..<400 {
      let depth = step % 7 * 500
      let tokens = step % 3 == 0 ? 0 : room(pace, streams: streams, depth: depth)
      let seconds = fixed + perToken * Double(tokens) * (1 + 0.5 * Double(depth) / 1000)
      pace.record(seconds: seconds, streams: streams, promptTokens: tokens, depths: tokens * depth)
    }
    return pace
  }

  private func room(_ pace: PrefillPace, streams: Int, depth: Int = 0) -> Int {
    pace.tokens(in: pace.seconds(streams: streams), depth: depth, streams: streams)
  }

  @Test("a step with streams lasts twice as long as one without a prompt", arguments: [1, 8, 60])
  func slowdown(streams: Int) {
    let tokens = room(settled(fixed: 0.008, perToken: 0.0005, streams: streams), streams: streams)
    #expect((15...17).contains(tokens), "0.008 + 16 * 0.0005 = 2 * 0.008, but \(tokens)")
  }

  @Test(
    "the longer the target, the more often it is used, but a shorter one leaves streams half of the time too",
    arguments: [(0.02, 2.0), (0.1, 4.0), (0.15, 6.0)])
  func longTargets(target: Double, slowdown: Double) {
    let pace = settled(fixed: 0.008, perToken: 0.0005, streams: 2, target: target)
    let expected = 0.008 * (slowdown - 1) / 0.0005
    let tokens = Double(room(pace, streams: 2))
    #expect(abs(tokens - expected) <= max(2, expected / 10), "\(expected) expected, but \(tokens)")
  }

  @Test(
    "decoding that has become quicker, or is of fewer, is noticed though every step has a prompt",
    arguments: [8, 1])
  func quickerStreams(streams: Int) {
    var pace = settled(fixed: 0.06, perToken: 0.0005, streams: 8)
    for _ in 0..<40 {
      let tokens = room(pace, streams: streams)
      pace.record(seconds: 0.008 + 0.0005 * Double(tokens), streams: streams, promptTokens: tokens, depths: 0)
    }
    #expect((12...24).contains(room(pace, streams: streams)), "0.008 + 16 * 0.0005 = 2 * 0.008")
  }

  @Test(
    "what many streams take is found out though prompts never pause, whatever was known of one",
    arguments: [8, 16])
  func endlessPrompts(streams: Int) {
    let decode = 0.002 * Double(streams)
    var pace = settled(fixed: 0.004, perToken: 0.0005, streams: 1)
    var alone = 0
    for step in 0..<300 {
      let feeds = !pace.wantsDecodingAlone(streams: streams)
      let tokens = feeds ? room(pace, streams: streams, depth: step % 10 * 100) : 0
      alone += feeds ? 0 : 1
      let seconds = decode + 0.0005 * Double(tokens) * (1 + 0.5 * Double(step % 10) / 10)
      pace.record(
        seconds: seconds, streams: streams, promptTokens: tokens, depths: tokens * (step % 10) * 100)
    }
    #expect((8...15).contains(alone), "once at first and then one step of 33, but \(alone)")
    let (tokens, most) = (room(pace, streams: streams), min(decode, 0.05 - decode) / 0.0005)
    #expect(abs(Double(tokens) - most) <= most / 4, "\(most) expected, but \(tokens)")
  }

  @Test("what a sequence is given are whole tiles of attention")
  func tiles() {
    let pace = settled(fixed: 0.008, perToken: 0.0005, streams: 8)
    for milliseconds in 0..<60 {
      let tokens = pace.tokens(in: Double(milliseconds) / 1000, depth: 0, streams: 8)
      #expect(tokens >= 4 && tokens % 4 == 0, "\(tokens) in \(milliseconds) ms")
    }
  }

  @Test(
    "but a single token where a stream would wait more than three times as long for a tile, which many streams do not"
  )
  func lateTokens() {
    let depth = 40_000
    let alone = settled(fixed: 0.008, perToken: 0.0005, streams: 1)
    #expect(room(alone, streams: 1, depth: depth) == 1, "0.008 + 4 * 0.0105 = 6 * 0.008")
    #expect(room(alone, streams: 1, depth: 4_000) == 4, "0.008 + 4 * 0.0015 < 2 * 0.008")
    #expect(room(alone, streams: 0, depth: depth) > 4)
    let many = settled(fixed: 0.04, perToken: 0.0005, streams: 60)
    #expect(room(many, streams: 60, depth: depth) == 4, "0.04 + 4 * 0.0105 = 2 * 0.04")
  }

  @Test("what a token costs after many slots is learned too", arguments: [0, 1000, 3000])
  func depth(slots: Int) {
    let cost = settled(fixed: 0.008, perToken: 0.0005, streams: 8).cost(depth: slots)
    #expect(abs(cost / (0.0005 * (1 + 0.5 * Double(slots) / 1000)) - 1) < 0.1)
  }

  @Test("and never longer than the target")
  func target() {
    let tokens = room(settled(fixed: 0.04, perToken: 0.0005, streams: 4), streams: 4)
    #expect((18...22).contains(tokens), "0.04 + 20 * 0.0005 = 0.05, but \(tokens)")
  }

  @Test("prompts get on even where decoding alone takes longer than the target")
  func alwaysSome() {
    #expect(room(settled(fixed: 0.2, perToken: 0.01, streams: 4), streams: 4) == 4)
  }

  @Test("without streams a step may last four targets, up to the most tokens of a step")
  func withoutStreams() {
    #expect(room(settled(fixed: 0.005, perToken: 0.0005, streams: 1), streams: 0) == 256)
    let slow = room(settled(fixed: 0.05, perToken: 0.01, streams: 1), streams: 0)
    #expect((18...22).contains(slow), "0.2 / 0.01, but \(slow)")
  }
}
