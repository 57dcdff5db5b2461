import HTTP
import ModelFixtures
import OpenAIAPI
import Testing

@testable import Serving

@Suite("Memory of answers that are not sent yet")
struct AnswerMemoryTests {
  @Test(
    "an answer that is too large by itself is the client's mistake, one that has no room beside others is not"
  )
  func limits() throws {
    let budget = ByteBudget(bytes: 100)
    let first = AnswerMemory(of: budget, limit: 80)
    try first.grow(by: 80)
    let alone = #expect(throws: APIError.self) { try first.grow(by: 1) }
    #expect(alone?.status == 400 && alone?.code == "answer_too_large")
    let second = AnswerMemory(of: budget, limit: 80)
    try second.grow(by: 20)
    let beside = #expect(throws: APIError.self) { try second.grow(by: 1) }
    #expect(beside?.status == 503 && beside?.retryAfterSeconds != nil)
    first.shrink(by: 1)
    try second.grow(by: 1)
  }

  @Test("an answer gives back what it holds when it is gone")
  func givenBack() throws {
    let budget = ByteBudget(bytes: 100)
    do {
      let answer = AnswerMemory(of: budget)
      try answer.grow(by: 100)
    }
    try AnswerMemory(of: budget).grow(by: 100)
  }

  @Test(
    "a receiver that takes nothing has its sequences ended, with an error, when they hold as much as they may",
    .timeLimit(.minutes(15)))
  func stalled() async throws {
    try await serving { model in
      let memory = AnswerMemory(of: AnswerMemory.budget(), limit: 10_000)
      let generation = try start(
        #"{"prompt": "ab", "n": 4, "max_tokens": 900, "ignore_eos": true}"#, model, memory)
      let error = await #expect(throws: APIError.self) {
        try await generation.run { _ in
          while model.engine.statistics.running + model.engine.statistics.waiting > 0 { await Task.yield() }
        }
      }
      #expect(error?.code == "answer_too_large")
      #expect(model.engine.statistics.generatedTokens < 4 * 900)
    }
  }

  @Test("a receiver that takes all as it comes is never in want of memory", .timeLimit(.minutes(15)))
  func taken() async throws {
    try await serving { model in
      let memory = AnswerMemory(of: AnswerMemory.budget(), limit: 1 << 20)
      let body = #"{"prompt": "ab", "n": 2, "max_tokens": 900, "ignore_eos": true, "logprobs": 5}"#
      var heldBytes = 0
      var tokens = 0
      try await start(body, model, memory).run { event in
        if case .text(_, let piece) = event { heldBytes += piece.heldBytes }
        if case .finished(_, let end) = event { tokens += end.tokens }
      }
      #expect(tokens == 1800 && heldBytes > 2 << 20)
      try memory.grow(by: 1 << 20)
    }
  }

  private func start(_ body: String, _ model: ServedModel, _ memory: AnswerMemory) throws -> Generation {
    try Generation(
      model.request(completion(body), header: nil), model: model, metrics: Metrics(), memory: memory,
      prompt: "prompt")
  }

  /// Runs a model that is made up, but has a tokenizer.
  private func serving(_ work: (ServedModel) async throws -> Void) async throws {
    var shape = TinyLlama()
    shape.vocabulary = 267
    var builder = shape.make().file
    builder.metadata += TinyVocabulary.metadata().metadata
    let file = try TemporaryFile(builder.bytes())
    let settings = try Settings(
      SettingTexts(
        flags: [.model: file.path, .kvMemory: "64MiB", .chatTemplate: "chatml"], environment: [:]),
      machine: MachineMemory(totalBytes: 8 << 30, availableBytes: 4 << 30))
    let model = try ServedModel(settings)
    async let running: Void = model.engine.run()
    let result: Result<Void, any Error>
    do { result = .success(try await work(model)) } catch { result = .failure(error) }
    model.engine.stop()
    await running
    try result.get()
  }
}
