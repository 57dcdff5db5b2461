import Inference
import Testing

@testable import kvota

@Suite("traces and arrivals")
struct TraceTests {
  @Test("a trace is read line by line, with or without times, and empty lines are none")
  func reading() throws {
    let text = """
      {"prompt_tokens": 12, "output_tokens": 3, "at": 0.5}

      {"prompt_tokens": 7, "output_tokens": 1}
      """
    #expect(
      try TraceEntry.read(text) == [
        TraceEntry(promptTokens: 12, outputTokens: 3, at: 0.5), TraceEntry(promptTokens: 7, outputTokens: 1),
      ])
  }

  @Test(
    "a line that is no request is named",
    arguments: [
      ("", 1), ("{}", 1), (#"{"prompt_tokens": 0, "output_tokens": 1}"#, 1),
      ("{\"prompt_tokens\": 1, \"output_tokens\": 1}\n\nnonsense", 3),
      (#"{"prompt_tokens": 1, "output_tokens": 1, "at": -1}"#, 1),
    ])
  func refusals(text: String, line: Int) {
    #expect(throws: TraceError(line: line)) { try TraceEntry.read(text) }
  }

  @Test("the mix keeps its shares, its lengths, and is the same for the same seed")
  func mix() throws {
    var (random, same, other) = (
      SeededGenerator(seed: 1), SeededGenerator(seed: 1), SeededGenerator(seed: 2)
    )
    let trace = RequestMix.draw(100, using: &random)
    #expect(trace == RequestMix.draw(100, using: &same) && trace != RequestMix.draw(100, using: &other))
    for kind in RequestMix.kinds {
      let members = trace.filter {
        kind.promptTokens.contains($0.promptTokens) && kind.outputTokens.contains($0.outputTokens)
      }
      #expect(members.count == kind.share * 10, "\(kind.name)")
    }
  }

  @Test("Poisson arrivals ascend, at the rate on average, with gaps as an exponential distribution has them")
  func poisson() throws {
    var random = SeededGenerator(seed: 3)
    let trace = Array(repeating: TraceEntry(promptTokens: 1, outputTokens: 1), count: 10_000)
    let times = try #require(Arrivals.poisson(perSecond: 4).times(trace, using: &random))
    #expect(times == times.sorted() && times.count == trace.count)
    let gaps = zip([0] + times, times).map { $1 - $0 }
    let mean = gaps.reduce(0, +) / 10_000
    #expect(abs(mean - 0.25) < 0.01)
    // Of an exponential distribution 1 - 1/e lie below the mean.
    #expect(abs(Double(gaps.count { $0 < 0.25 }) / 10_000 - 0.632) < 0.015)
  }

  @Test("clients that wait for their answers set no times; a trace's are as recorded")
  func otherArrivals() {
    var random = SeededGenerator(seed: 1)
    let trace = [2.5, 1].map { TraceEntry(promptTokens: 1, outputTokens: 1, at: $0) }
    #expect(Arrivals.closed(clients: 2).times(trace, using: &random) == nil)
    #expect(Arrivals.recorded.times(trace, using: &random) == [2.5, 1])
  }
}
