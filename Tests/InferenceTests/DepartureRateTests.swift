import Testing

@testable import Inference

@Suite struct DepartureRateTests {
  private let start = ContinuousClock.now

  @Test("a steady rate is known soon, and told in whole seconds", arguments: [1, 4, 20])
  func steady(seconds: Int) {
    var rate = DepartureRate(now: start)
    for tick in 1...(seconds * 10) { rate.record(1, at: start + .milliseconds(100) * tick) }
    let now = start + .seconds(seconds)
    #expect((5...6).contains(rate.seconds(for: 50, at: now)), "ten a second")
    #expect(rate.seconds(for: 1, at: now) == 1)
  }

  @Test("a queue that does not move is told the longest time, and the past is forgotten")
  func still() {
    var rate = DepartureRate(now: start)
    #expect(rate.seconds(for: 1, at: start + .seconds(1)) == 60)
    rate.record(1000, at: start + .seconds(2))
    #expect(rate.seconds(for: 10, at: start + .seconds(3)) == 1)
    #expect(rate.seconds(for: 10, at: start + .seconds(400)) == 60)
  }
}
