import Evaluation
import Foundation
import GGUF
import Kernels
import ModelFixtures
import Testing
import Tokenizing

@Suite struct PerplexityTests {
  @Test("perplexity is the exponential of the mean, its error that of the mean")
  func arithmetic() {
    var perplexity = Perplexity()
    for likelihood in [0.5, 0.125, 0.25, 0.25] { perplexity.add(-log(likelihood)) }
    #expect(abs(perplexity.value - 4) < 1e-12 && perplexity.tokens == 4)
    // The surprises are 1, 3, 2 and 2 times log 2: variance 0.5 log(2)^2, divided by 4 - 1.
    #expect(abs(perplexity.standardError - 4 * log(2) * (0.5 / 3).squareRoot()) < 1e-12)
  }

  @Test("windows that cannot be are refused with what can", arguments: [0, 2, 511, 1 << 20])
  func refusesWindow(window: Int) {
    #expect(throws: EvaluationError.window(window, contextLength: 8192)) {
      try PerplexityMeasurement.check(window: window, contextLength: 8192)
    }
  }

  @Test("a text of less than one window is refused")
  func refusesShortText() throws {
    let tokenizer = try Tiny().tokenizer
    #expect(throws: EvaluationError.shortText(tokens: 6, window: 64)) {
      try TextWindows.consecutive("The sea", tokenizer, size: 64)
    }
    #expect(throws: EvaluationError.shortText(tokens: 6, window: 64)) {
      try TextWindows.spread("The sea", tokenizer, size: 64, count: 2)
    }
  }

  @Test(
    "the default model's perplexity on WikiText-2 is llama.cpp's within 0.5 %",
    .enabled(if: DefaultModel.isPresent && wikiText != nil, "the model's file or KVOTA_TEST_DATA is absent"))
  func wikiText2() throws {
    let text = try String(contentsOfFile: try #require(Self.wikiText), encoding: .utf8)
    // llama-perplexity b11434 with -c 512 --chunks 20.
    let expected = 23.1105
    let file = try GGUFFile(path: DefaultModel.path)
    let windows = try TextWindows.consecutive(
      text, Tokenizer(metadata: file.metadata), size: 512, count: 20)
    let compute = Compute(instructions: try InstructionSet(), pool: try ThreadPool(threads: 2))
    let runner = try ModelRunner(file: file, compute: compute, poolBytes: 64 << 20)
    let found = try PerplexityMeasurement(runner).perplexity(ofHalves: windows)
    #expect(found.tokens == 20 * 255)
    #expect(abs(found.value / expected - 1) < 0.005, "\(found.value)")
  }

  private static let wikiText = ProcessInfo.processInfo.environment["KVOTA_TEST_DATA"]
    .map { $0 + "/wikitext-2/test.txt" }.flatMap { FileManager.default.isReadableFile(atPath: $0) ? $0 : nil }
}
