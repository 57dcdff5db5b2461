/// How long an answer took, in llama-server's words.
package struct Timings: Equatable, Sendable {
  /// Prompt tokens that were computed, and those that were there already.
  package var promptTokens: Int
  package var cachedTokens: Int
  package var generatedTokens: Int

  /// Seconds of waiting for room, from there to the first token, and from there to the end.
  package var queueSeconds: Double
  package var promptSeconds: Double
  package var generationSeconds: Double

  /// Makes timings of their numbers.
  package init(
    promptTokens: Int, cachedTokens: Int, generatedTokens: Int, queueSeconds: Double, promptSeconds: Double,
    generationSeconds: Double
  ) {
    self.promptTokens = promptTokens
    self.cachedTokens = cachedTokens
    self.generatedTokens = generatedTokens
    self.queueSeconds = queueSeconds
    self.promptSeconds = promptSeconds
    self.generationSeconds = generationSeconds
  }

  /// The `timings` object; rates of nothing are null.
  package var json: JSONValue {
    [
      "cache_n": .integer(cachedTokens), "queue_ms": .number(queueSeconds * 1000),
      "prompt_n": .integer(promptTokens), "prompt_ms": .number(promptSeconds * 1000),
      "prompt_per_token_ms": .number(promptSeconds * 1000 / Double(promptTokens)),
      "prompt_per_second": .number(Double(promptTokens) / promptSeconds),
      "predicted_n": .integer(generatedTokens), "predicted_ms": .number(generationSeconds * 1000),
      "predicted_per_token_ms": .number(generationSeconds * 1000 / Double(generatedTokens)),
      "predicted_per_second": .number(Double(generatedTokens) / generationSeconds),
    ]
  }
}
