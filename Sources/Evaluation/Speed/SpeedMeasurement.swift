import Caching

/// Measures how fast a model reads and generates under each cell's cache, and what evictions take of it.
package struct SpeedMeasurement {
  private let runner: ModelRunner

  package init(_ runner: ModelRunner) { self.runner = runner }

  /// One cell: medians over the repetitions.
  package struct Row: Sendable {
    package let cell: Cell
    package let cache: CacheFacts
    package let prefillTokensPerSecond: Double
    package let decodeTokensPerSecond: Double
    /// Time of the evictions after each prompt token and each generated token, in seconds.
    package let prefillEvictionSeconds: Double
    package let decodeEvictionSeconds: Double
    /// Bytes of the key and the value in one slot of one (layer, KV head).
    package let keyValueBytesPerSlot: Double
    /// Bytes beside them: a slot's share of positions, statistics, page numbers, in q8 of the newest page, and of what pages have left over.
    package let otherBytesPerSlot: Double

    /// Share of the time of a step that its eviction takes.
    package var prefillEvictionShare: Double { prefillEvictionSeconds * prefillTokensPerSecond }
    package var decodeEvictionShare: Double { decodeEvictionSeconds * decodeTokensPerSecond }
  }

  /// The full cache and every cell, in turn, as often as `repetitions` says.
  ///
  /// Tokens do not matter for speed; `prompt` may be anything.
  ///
  /// Throws `EvaluationError`, before anything is measured if a cell cannot be.
  package func compare(
    _ cells: [Cell], prompt: [Int32], newTokens: Int, repetitions: Int,
    progress: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> [Row] {
    let total = prompt.count + newTokens
    guard prompt.count >= 2, newTokens >= 1, total <= runner.contextLength else {
      throw EvaluationError.tooLong(tokens: total, contextLength: runner.contextLength)
    }
    let cells = [Cell.full] + cells
    let plans = try cells.map {
      try $0.plan(shape: runner.shape, promptTokens: prompt.count, newTokens: newTokens)
    }
    let tokens = prompt + (0..<newTokens).map { prompt[$0 % prompt.count] }
    var samples = Array(repeating: Samples(), count: cells.count)
    var steps = Steps(cells.count * repetitions, progress)
    for _ in 0..<repetitions {
      for index in cells.indices {
        steps.begin(cells[index].name)
        try runner.withCache(plans[index]) { cache in
          samples[index].prefill.append(
            time { runner.feed(tokens, upTo: prompt.count, to: cache, logitsFrom: prompt.count - 1) })
          samples[index].decode.append(time { runner.feed(tokens, to: cache, logitsFrom: prompt.count) })
          samples[index].cache = CacheFacts(cache)
        }
      }
    }
    return zip(cells, samples).compactMap { cell, samples in
      samples.cache.map { row(cell, $0, samples, promptTokens: prompt.count, newTokens: newTokens) }
    }
  }

  private func row(
    _ cell: Cell, _ cache: CacheFacts, _ samples: Samples, promptTokens: Int, newTokens: Int
  ) -> Row {
    var shape = runner.shape
    shape.type = cell.type
    let slotBytes = shape.pageBytes / CacheShape.slotsPerPage
    return Row(
      cell: cell, cache: cache,
      prefillTokensPerSecond: Double(promptTokens) / samples.prefill.map(\.seconds).median,
      decodeTokensPerSecond: Double(newTokens) / samples.decode.map(\.seconds).median,
      prefillEvictionSeconds: samples.prefill.map(\.evictionSeconds).median / Double(promptTokens),
      decodeEvictionSeconds: samples.decode.map(\.evictionSeconds).median / Double(newTokens),
      keyValueBytesPerSlot: Double(slotBytes),
      otherBytesPerSlot: Double(cache.bookkeepingBytes * slotBytes)
        / Double(cache.peakBytes - cache.bookkeepingBytes))
  }

  private struct Sample {
    let seconds: Double
    let evictionSeconds: Double
  }

  private struct Samples {
    var prefill: [Sample] = []
    var decode: [Sample] = []
    var cache: CacheFacts?
  }

  private func time(_ body: () -> Void) -> Sample {
    let before = runner.evictionTime
    let whole = ContinuousClock().measure(body)
    return Sample(seconds: whole / .seconds(1), evictionSeconds: (runner.evictionTime - before) / .seconds(1))
  }
}
